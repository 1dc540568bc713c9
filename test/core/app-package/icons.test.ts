import { readFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { colorIcon, drawIcon, outlineIcon } from '../../../appPackage/icons.ts'

const color = committed('color.png')
const outline = committed('outline.png')

describe('the icons', () => {
  it('have the sizes that Teams requires', () => {
    expect([color.width, color.height]).toEqual([192, 192])
    expect([outline.width, outline.height]).toEqual([32, 32])
  })

  it('are exactly what icons.ts draws', () => {
    expect(color.data.equals(drawIcon(colorIcon).data)).toBe(true)
    expect(outline.data.equals(drawIcon(outlineIcon).data)).toBe(true)
  })
})

describe('the colour icon', () => {
  it('fills its whole square, with no transparent pixel', () => {
    expect(pixels(color).filter(({ alpha }) => alpha !== 255)).toEqual([])
  })

  it('keeps its sign inside the middle 120 pixels and large enough to be seen', () => {
    // The background has almost no red; every colour of the sign has much.
    const sign = pixels(color).filter(({ red }) => red > 24)
    const [left, right] = extent(sign.map(({ x }) => x))
    const [top, bottom] = extent(sign.map(({ y }) => y))
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(36)
    expect(Math.max(right, bottom)).toBeLessThan(156)
    expect(right - left).toBeGreaterThan(96)
    expect(bottom - top).toBeGreaterThan(96)
  })
})

describe('the outline icon', () => {
  it('is white or transparent', () => {
    expect(pixels(outline).filter((p) => p.alpha > 0 && p.red + p.green + p.blue !== 3 * 255)).toEqual([])
  })

  it('shows a sign on a transparent ground with a free edge', () => {
    const sign = pixels(outline).filter(({ alpha }) => alpha > 0)
    expect(sign.length).toBeGreaterThan(100)
    expect(sign.length).toBeLessThan(400)
    expect(sign.filter(({ x, y }) => Math.min(x, y) < 2 || Math.max(x, y) > 29)).toEqual([])
  })
})

function committed(name: string): PNG {
  return PNG.sync.read(readFileSync(new URL(`../../../appPackage/${name}`, import.meta.url)))
}

function pixels({ width, height, data }: PNG) {
  return Array.from({ length: width * height }, (_, i) => {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(i * 4, i * 4 + 4)
    return { x: i % width, y: Math.floor(i / width), red, green, blue, alpha }
  })
}

function extent(values: number[]): [least: number, most: number] {
  return [Math.min(...values), Math.max(...values)]
}
