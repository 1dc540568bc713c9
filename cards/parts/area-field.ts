import { inputs, MAX_GROUP_LENGTH, MAX_JUSTIFICATION_LENGTH, MAX_NOTE_LENGTH, MAX_REASON_LENGTH } from '../buttons.ts'
import { type Element, render } from '../render.ts'
import { plainText } from '../text/literal.ts'

/** Fields in which people write freely. */
type Field = 'note' | 'justification' | 'group' | 'reason'

const maximum = {
  note: MAX_NOTE_LENGTH,
  justification: MAX_JUSTIFICATION_LENGTH,
  group: MAX_GROUP_LENGTH,
  reason: MAX_REASON_LENGTH,
}

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
    value: plainText(value, maximum[field]),
    ...content,
    ...(fault === undefined ? {} : { fault }),
  })
