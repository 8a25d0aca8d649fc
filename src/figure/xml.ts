/** XML as text: elements, attributes, and what a user wrote made harmless. */
import type { Rectangle } from './shapes.js'

/** The attributes that say where an area lies. */
export function areaOf({ x, y, width, height }: Rectangle): Record<string, number> {
  return { x, y, width, height }
}

/** An element. Attributes are escaped; children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeXml(value)}"`,
  )
  const open = `<${name}${written.join('')}`
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`
}

/** A coordinate with as many decimals as can be seen. */
export function short(value: number, decimals = 2): string {
  return String(Number(value.toFixed(decimals)))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is text and nothing else in XML 1.0; characters that XML has not are replaced. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, character => ESCAPES[character] ?? '')
}
