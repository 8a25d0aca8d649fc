/** What the server has typeset: words and MathML, without script, style or handlers. */
export function Formula({ html }: { readonly html: string }) {
  return <span class="formula" dangerouslySetInnerHTML={{ __html: html }} />
}
