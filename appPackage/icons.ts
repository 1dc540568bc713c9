import { writeFileSync } from 'node:fs'
import { PNG } from 'pngjs'

// The sign of the product: three channels meet in one junction and form an m. Lines are level, upright or at 45
// degrees and stay crisp when small. Run this file after a change: it writes color.png and outline.png beside
// itself.

type Rgb = readonly [red: number, green: number, blue: number]
type Point = readonly [x: number, y: number]

/**
 * A picture as a function from a point, in pixels from the top left corner, to its colour; undefined is
 * transparent.
 */
interface Icon {
  readonly size: number
  readonly colorAt: (point: Point) => Rgb | undefined
}

const samplesPerSide = 5

const night: Rgb = [14, 40, 84]
const lagoon: Rgb = [16, 124, 152]
const sky: Rgb = [140, 205, 255]
const mint: Rgb = [110, 231, 205]
const amber: Rgb = [255, 196, 90]
const white: Rgb = [255, 255, 255]

const junction: Point = [59, 59]
const channels = [
  { color: sky, route: route(junction, [59, 103], [59, 147]) },
  { color: mint, route: route(junction, [103, 103], [103, 147], 26) },
  { color: amber, route: route(junction, [147, 59], [147, 147], 44) },
]

/**
 * The colour icon. The background fills the square because Teams rounds the corners; the sign keeps to the inner
 * 120 pixels.
 */
export const colorIcon: Icon = {
  size: 192,
  colorAt: (point) => {
    const background = mix(night, lagoon, (point[0] + 192 - point[1]) / 384)
    const toJunction = distance(point, junction)
    if (toJunction <= 21) return white
    if (toJunction <= 28) return background
    return channels.find(({ route }) => distanceToRoute(point, route) <= 7)?.color ?? background
  },
}

const smallJunction: Point = [9, 9]
const smallRoutes = [
  route(smallJunction, [9, 18], [9, 27]),
  route(smallJunction, [18, 18], [18, 27], 5),
  route(smallJunction, [27, 9], [27, 27], 8),
]

/** The outline icon in white on transparent; Teams tints it with the colour of the app bar. */
export const outlineIcon: Icon = {
  size: 32,
  colorAt: (point) => {
    const toJunction = distance(point, smallJunction)
    if (toJunction < 3) return undefined
    if (toJunction <= 5) return white
    return smallRoutes.some((small) => distanceToRoute(point, small) <= 1) ? white : undefined
  },
}

/** Renders an icon. Each pixel is the mean of 25 points inside it, for smooth edges. */
export function drawIcon({ size, colorAt }: Icon): PNG {
  const png = new PNG({ width: size, height: size })
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) png.data.set(pixel(colorAt, x, y), (y * size + x) * 4)
  }
  return png
}

function pixel(colorAt: Icon['colorAt'], x: number, y: number): number[] {
  const seen: Rgb[] = []
  for (let i = 0.5; i < samplesPerSide; i++) {
    for (let j = 0.5; j < samplesPerSide; j++) {
      const color = colorAt([x + i / samplesPerSide, y + j / samplesPerSide])
      if (color) seen.push(color)
    }
  }
  if (seen.length === 0) return [255, 255, 255, 0]
  const mean = ([0, 1, 2] as const).map((part) => seen.reduce((sum, color) => sum + color[part], 0) / seen.length)
  return [...mean, (seen.length / samplesPerSide ** 2) * 255].map(Math.round)
}

/** Returns the path from `start` over `corner` to `end` as points, with the corner rounded over the length `bend`. */
function route(start: Point, corner: Point, end: Point, bend = 0): Point[] {
  if (bend === 0) return [start, end]
  const enter = towards(corner, start, bend)
  const leave = towards(corner, end, bend)
  const curve = Array.from({ length: 17 }, (_, i) => bezier(enter, corner, leave, i / 16))
  return [start, ...curve, end]
}

// A cubic curve whose handles reach 55 % of the way to the corner looks like a circle.
function bezier(enter: Point, corner: Point, leave: Point, t: number): Point {
  const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3]
  const points = [enter, mix(enter, corner, 0.55), mix(leave, corner, 0.55), leave]
  const sum = (axis: 0 | 1) => points.reduce((total, point, i) => total + point[axis] * (weights[i] ?? 0), 0)
  return [sum(0), sum(1)]
}

function towards(from: Point, to: Point, length: number): Point {
  return mix(from, to, length / distance(from, to))
}

function distanceToRoute(point: Point, points: readonly Point[]): number {
  let nearest = Number.POSITIVE_INFINITY
  let start = points[0] ?? point
  for (const end of points) {
    nearest = Math.min(nearest, distanceToSegment(point, start, end))
    start = end
  }
  return nearest
}

function distanceToSegment(point: Point, start: Point, end: Point): number {
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]]
  const along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / (dx * dx + dy * dy || 1)
  const share = Math.min(1, Math.max(0, along))
  return distance(point, [start[0] + share * dx, start[1] + share * dy])
}

function distance(a: Point, b: Point): number {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)
}

function mix<T extends readonly number[]>(from: T, to: T, share: number): T {
  return from.map((value, i) => value + ((to[i] ?? value) - value) * share) as unknown as T
}

if (import.meta.main) {
  writeFileSync(new URL('color.png', import.meta.url), PNG.sync.write(drawIcon(colorIcon)))
  writeFileSync(new URL('outline.png', import.meta.url), PNG.sync.write(drawIcon(outlineIcon)))
}
