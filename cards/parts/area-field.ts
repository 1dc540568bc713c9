import { inputs, maxGroup, maxJustification, maxNote, maxReason } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { literal } from '../text/literal.ts'

/** Fields in which people write freely. */
type Field = 'note' | 'justification' | 'group' | 'reason'

const maximum = { note: maxNote, justification: maxJustification, group: maxGroup, reason: maxReason }

interface Content {
  label: string
  value: string
  /** What is said where it is left empty; without it, it may be. */
  required?: string
  help?: string
  /** What is wrong with what stands in it. */
  fault?: string | undefined
}

/** A field for free text, several lines of it but for a name. */
export const areaField = (field: Field, { value, fault, ...content }: Content): Element[] =>
  render('area', {
    id: inputs[field],
    isMultiline: field !== 'group',
    max: maximum[field],
    value: literal(value, maximum[field]),
    ...content,
    ...(fault === undefined ? {} : { fault }),
  })
