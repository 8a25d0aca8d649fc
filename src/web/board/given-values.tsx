import type { PageGraph } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { withMinus } from '../state/wording.js'

type GivenValuesProps = {
  readonly graph: PageGraph
  /** Whether the formulas are told as well, where no figure shows them. */
  readonly hasFormulas: boolean
  readonly strings: Strings
}

/** The values that are given, where the figure does not show them. */
export function GivenValues({ graph, hasFormulas, strings }: GivenValuesProps) {
  const { inputs, formulas, parameter, data } = strings.board
  return (
    <>
      {graph.inputs.length > 0 && (
        <ul class="given" aria-label={inputs}>
          {graph.inputs.map(({ name, role, value }) => (
            <li key={name}>
              <b>{name}</b> = {withMinus(JSON.stringify(value).replaceAll(',', ', '))}{' '}
              <small>{role === 'parameter' ? parameter : data}</small>
            </li>
          ))}
        </ul>
      )}
      {hasFormulas && (
        <ul class="given" aria-label={formulas}>
          {graph.nodes.map(({ name, expression }) => (
            <li key={name}>
              <b>{name}</b> = {expression}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
