/**
 * What a person saw who looked at each alarm of the household, by the hour at which it opened. The
 * script says which alarms nobody has looked at yet, as after a change of the rule.
 */
export const NOTES: Readonly<Record<string, string>> = {
  '2007-02-09T23': 'from 3.8 kW to 0.6 an hour before midnight; the evening before went on longer',
  '2007-02-24T19': 'first evening of a week away',
  '2007-02-25T09': 'the same week, once more: the evening’s incident had closed at night',
  '2007-02-27T02': 'the same week, as a change of level',
  '2007-03-02T01': 'the same week, a second time as a change of level',
  '2007-05-08T12': 'lunch on a public holiday: kitchen 1.5 and laundry 1.4 kWh in one hour',
  '2007-11-20T16': 'the laundry was done two hours before; the house is quiet',
  '2008-02-27T01': 'three days away, told on the third as a change of level',
  '2008-06-18T16': 'kitchen 1.4 and laundry 1.8 kWh in one hour',
  '2008-09-08T15': '0.2686 kW twice in a quiet house',
  '2008-09-18T10': 'the morning ends at ten; usual, only sudden',
  '2008-10-06T12':
    'from 11 to 15 o’clock 0.3600 kW, 241.180 V and 1.600 A: the recorder repeats itself',
  '2008-10-18T23': 'a long Saturday evening, 5.8 kW at one o’clock',
  '2008-10-29T02': 'a late evening; kitchen 0.5 kWh at two in the morning, and again at three',
  '2008-11-04T22': 'from 4.4 kW to 0.9 at ten in the evening',
  '2008-11-12T15': 'the laundry was done: from 2.1 kW to 0.6',
  '2008-11-16T03': 'a Saturday night that ended at three',
  '2009-01-02T01': 'the night after New Year’s Day, ended at one',
  '2009-05-19T14': '0.3538 kW twice in a quiet house',
  '2009-10-20T15': '0.4141 kW twice in a quiet house',
  '2009-10-23T15': 'kitchen 1.9 kWh on a Friday afternoon',
  '2009-10-29T15':
    '3.4 kW on a Thursday afternoon, and for six hours, hardly any in the two circuits',
  '2009-11-11T17': 'washing on a public holiday',
  '2009-12-24T16': 'Christmas Eve: more than 4 kW for five hours',
  '2010-01-20T14': 'from 3.1 kW to 0.7 after lunch',
  '2010-03-31T14': 'from 3.1 kW to 0.5 after lunch',
  '2010-04-14T12': 'from 2.2 kW to 0.4 for one hour, then back',
  '2010-07-01T00': 'kitchen 0.9 kWh at midnight; a dishwasher, perhaps',
  '2010-07-04T07': '1.6 kW through the whole night, none of it in the two circuits; left on?',
  '2010-07-22T03': '1.4 kW until five, 0.1 of it in the laundry',
  '2010-08-27T18': 'back from the holidays: four hours of laundry in a row',
}
