/** A formula that the server has typeset: MathML without script, style or handlers. */
export function Formula({ mathml, text }: { readonly mathml: string; readonly text: string }) {
  if (mathml === '') return <span class="formula">{text}</span>
  return <span class="formula" dangerouslySetInnerHTML={{ __html: mathml }} />
}
