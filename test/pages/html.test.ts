import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dataBlock, html } from '../../src/pages/html.js'

test('what is put into a template is text, in an element and in an attribute', () => {
  const hostile = `<script>alert("1")</script> & 'x'`
  const { markup } = html`<p title="${hostile}">${hostile}</p>`
  const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;'
  expect(markup).toBe(`<p title="${escaped}">${escaped}</p>`)
})

test('markup is put in as it is, lists one after another, nothing as nothing', () => {
  const item = html`<b>${'<'}</b>`
  expect(html`<i>${[item, item]}${null}${3}</i>`.markup).toBe('<i><b>&lt;</b><b>&lt;</b>3</i>')
})

test('data reads back as what it was, and no text in it ends its element', () => {
  const data = { title: '</script><script>alert(1)</script><!-- \u2028\u2029 & "quoted"', list: [1, null] }
  const { markup } = dataBlock('page-data', data)
  const inside = /^<script type="application\/json" id="page-data">([^<>&\u2028\u2029]*)<\/script>$/.exec(
    markup,
  )
  expect(JSON.parse(inside![1]!)).toEqual(data)
})

test('whatever a text holds, no sign of markup is left of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(html`${text}`.markup).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
      const { markup } = dataBlock('d', [text])
      expect(JSON.parse(markup.slice(markup.indexOf('>') + 1, markup.lastIndexOf('<')))).toEqual([text])
    }),
  )
})
