/**
 * Cuts parts out of a JSON text without changing a character of them, so that a document is stored
 * as it was sent: `1.0` stays `1.0`, long numbers, the order of members and escapes stay too.
 *
 * Only for texts that JSON.parse has taken: nothing is checked here.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const SPACE_MAX = 0x20

/** The text of a member of an object; the last one of that name counts, as for JSON.parse. */
export function sliceMember(text: string, name: string): string | undefined {
  let found: string | undefined
  walkMembers(text, skipSpace(text, 0), (member, start) => {
    const end = endOfValue(text, start)
    if (member === name) found = text.slice(start, end)
    return end
  })
  return found
}

/** A copy: a slice keeps the whole text that it was cut out of in memory, as long as it is held. */
export function detached(slice: string): string {
  return Buffer.from(slice, 'utf8').toString('utf8')
}

/**
 * Of an object that holds a list of objects under the name `list`: the text of the member `name` of
 * each, undefined where it has none. A body has many of them and is walked through once.
 */
export function sliceMemberOfEach(
  text: string,
  list: string,
  name: string,
): readonly (string | undefined)[] {
  let found: (string | undefined)[] = []
  walkMembers(text, skipSpace(text, 0), (member, start) => {
    if (member !== list || text.charCodeAt(start) !== OPEN_BRACKET) return endOfValue(text, start)
    found = []
    return walkElements(text, start, (elementStart) => {
      let value: string | undefined
      const end = endOfElement(text, elementStart, (inner, valueStart) => {
        const valueEnd = endOfValue(text, valueStart)
        if (inner === name) value = text.slice(valueStart, valueEnd)
        return valueEnd
      })
      found.push(value)
      return end
    })
  })
  return found
}

/** Told of a member and where its value begins, says where that has ended. */
type MemberVisit = (name: string, valueStart: number) => number

/** Goes through the object that begins here; says where it has ended. */
function walkMembers(text: string, start: number, visit: MemberVisit): number {
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(text, at)
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1)
    at = skipSpace(text, visit(nameOf(text, at, nameEnd), valueStart))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return at + 1
}

/** The same with the elements of a list. */
function walkElements(text: string, start: number, visit: (start: number) => number): number {
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) !== CLOSE_BRACKET) {
    at = skipSpace(text, visit(at))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return at + 1
}

/** An element that is no object has no members. */
function endOfElement(text: string, start: number, visit: MemberVisit): number {
  return text.charCodeAt(start) === OPEN_BRACE
    ? walkMembers(text, start, visit)
    : endOfValue(text, start)
}

function nameOf(text: string, start: number, end: number): string {
  const inside = text.slice(start + 1, end - 1)
  return inside.includes('\\') ? String(JSON.parse(text.slice(start, end))) : inside
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= SPACE_MAX) at += 1
  return at
}

/** Where the value that begins here has ended. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfString(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(text, start)
  let at = start
  while (isOfPlainValue(text.charCodeAt(at))) at += 1
  return at
}

/** A number, true, false or null; NaN is what charCodeAt says at the end of the text. */
function isOfPlainValue(code: number): boolean {
  return code > SPACE_MAX && code !== COMMA && code !== CLOSE_BRACE && code !== CLOSE_BRACKET
}

function endOfNested(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1
    at += 1
  } while (depth > 0)
  return at
}

function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at + 1
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before -= 1
  return (at - before) % 2 === 0
}
