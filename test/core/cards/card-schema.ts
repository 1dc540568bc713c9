import { adaptiveCardSchema } from 'adaptivecards-designer/lib/adaptive-card-schema.js'
import { Ajv, type ErrorObject } from 'ajv'

type Definition = Record<string, unknown> & { properties?: Record<string, unknown>; anyOf?: unknown[] }

/**
 * The schema of the card designer describes version 1.0. Here it also checks every element of a list instead of the
 * first, and knows the later features that our cards use.
 */
function schemaOfVersion15() {
  const schema = structuredClone(adaptiveCardSchema) as { definitions: Record<string, Definition> } & Record<
    string,
    unknown
  >
  const { $schema: _draft06, id: _id, ...rest } = schema
  const definitions = schema.definitions
  const element = (name: string) => definitions[name] as Definition
  const refs = (...names: string[]) => names.map((name) => ({ $ref: `#/definitions/${name}` }))
  const listed = element('CardElements').items as Definition[]
  element('CardElements').items = {
    anyOf: [...(listed[0]?.anyOf ?? []), ...refs('RichTextBlock', 'ActionSet', 'Table', 'Badge', 'ProgressBar')],
  }
  element('Action').anyOf?.push(...refs('Action.Execute', 'Action.ToggleVisibility'))
  element('Container').properties = {
    ...element('Container').properties,
    style: { enum: ['default', 'emphasis', 'good', 'warning', 'attention', 'accent'] },
    isVisible: { type: 'boolean' },
  }
  element('Column').properties = { ...element('Column').properties, width: { type: ['string', 'number'] } }
  return { ...rest, definitions: { ...definitions, ...later } }
}

const targetElement = {
  type: 'object',
  properties: { elementId: { type: 'string' }, isVisible: { type: 'boolean' } },
  required: ['elementId'],
  additionalProperties: false,
}
const text = { type: 'string', minLength: 1 }
/** Draws what an element says in clients that do not know it. */
const fallback = {
  anyOf: ['Container', 'ColumnSet', 'TextBlock', 'RichTextBlock'].map((name) => ({ $ref: `#/definitions/${name}` })),
}
/** Elements of Teams that are newer than version 1.5. */
const newer = {
  Badge: {
    properties: {
      type: { enum: ['Badge'] },
      text,
      style: { enum: ['Subtle', 'Accent', 'Good', 'Attention', 'Warning'] },
      icon: text,
      appearance: { enum: ['Filled', 'Tint'] },
      size: { enum: ['Medium', 'Large', 'ExtraLarge'] },
      fallback,
    },
    required: ['type', 'text', 'fallback'],
    additionalProperties: false,
  },
  ProgressBar: {
    properties: {
      type: { enum: ['ProgressBar'] },
      value: { type: 'number' },
      max: { type: 'number' },
      color: { enum: ['Accent', 'Good', 'Warning', 'Attention'] },
      spacing: { enum: ['none', 'small', 'default', 'medium'] },
      fallback,
    },
    required: ['type', 'value', 'max', 'fallback'],
    additionalProperties: false,
  },
}
const later = {
  ...newer,
  Table: {
    properties: {
      type: { enum: ['Table'] },
      spacing: { enum: ['none', 'small', 'default', 'medium'] },
      showGridLines: { type: 'boolean' },
      // The schema of Teams has the singular, the renderer on npm the plural.
      firstRowAsHeader: { type: 'boolean' },
      firstRowAsHeaders: { type: 'boolean' },
      columns: {
        type: 'array',
        minItems: 2,
        maxItems: 4,
        items: { type: 'object', properties: { width: { type: ['number', 'string'] } }, additionalProperties: false },
      },
      rows: { type: 'array', minItems: 1, items: { $ref: '#/definitions/TableRow' } },
    },
    required: ['type', 'columns', 'rows', 'firstRowAsHeader', 'firstRowAsHeaders'],
    additionalProperties: false,
  },
  TableRow: {
    properties: {
      type: { enum: ['TableRow'] },
      cells: { type: 'array', items: { $ref: '#/definitions/TableCell' } },
    },
    required: ['type', 'cells'],
    additionalProperties: false,
  },
  TableCell: {
    properties: {
      type: { enum: ['TableCell'] },
      items: { $ref: '#/definitions/CardElements' },
      verticalContentAlignment: { enum: ['top', 'center', 'bottom'] },
      selectAction: { $ref: '#/definitions/Action.Execute' },
    },
    required: ['type', 'items'],
    additionalProperties: false,
  },
  RichTextBlock: {
    properties: {
      type: { enum: ['RichTextBlock'] },
      inlines: { type: 'array', minItems: 1, items: { $ref: '#/definitions/TextRun' } },
    },
    required: ['type', 'inlines'],
  },
  TextRun: {
    properties: {
      type: { enum: ['TextRun'] },
      text,
      size: { enum: ['small', 'default', 'medium', 'large', 'extraLarge'] },
      weight: { enum: ['lighter', 'default', 'bolder'] },
      color: { enum: ['default', 'accent', 'good', 'warning', 'attention'] },
      isSubtle: { type: 'boolean' },
      fontType: { enum: ['default', 'monospace'] },
      underline: { type: 'boolean' },
      strikethrough: { type: 'boolean' },
    },
    required: ['type', 'text'],
    additionalProperties: false,
  },
  ActionSet: {
    properties: { type: { enum: ['ActionSet'] }, actions: { $ref: '#/definitions/Actions', minItems: 1 } },
    required: ['type', 'actions'],
  },
  'Action.Execute': {
    properties: {
      type: { enum: ['Action.Execute'] },
      title: text,
      tooltip: text,
      verb: text,
      data: { type: 'object' },
      style: { enum: ['default', 'positive', 'destructive'] },
      associatedInputs: { enum: ['auto', 'none'] },
      fallback: { $ref: '#/definitions/Action.Submit' },
    },
    required: ['type', 'title', 'verb', 'data', 'fallback'],
    additionalProperties: false,
  },
  'Action.ToggleVisibility': {
    properties: {
      type: { enum: ['Action.ToggleVisibility'] },
      title: text,
      tooltip: text,
      targetElements: { type: 'array', minItems: 1, items: { anyOf: [{ type: 'string' }, targetElement] } },
    },
    required: ['type', 'title', 'targetElements'],
    additionalProperties: false,
  },
}

const validate = new Ajv({ strict: false, allErrors: true }).compile(schemaOfVersion15())

/** Returns the violations of the schema. */
export function cardSchemaFaults(card: unknown): ErrorObject[] {
  validate(card)
  return validate.errors ?? []
}
