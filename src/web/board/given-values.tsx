import type { PageGraph } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'

/** The values that are given, as a line that can be read without the figure. */
export function GivenValues({ graph, strings }: { readonly graph: PageGraph; readonly strings: Strings }) {
  if (graph.inputs.length === 0) return null
  const { inputs, parameter, data } = strings.board
  return (
    <ul class="given" aria-label={inputs}>
      {graph.inputs.map(({ name, role, value }) => (
        <li key={name}>
          <b>{name}</b> = {JSON.stringify(value).replaceAll(',', ', ')}{' '}
          <small>{role === 'parameter' ? parameter : data}</small>
        </li>
      ))}
    </ul>
  )
}
