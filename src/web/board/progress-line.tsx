type ProgressLineProps = { readonly words: string; readonly part: number; readonly all: number }

/** How far one is, in words and as a bar. */
export function ProgressLine({ words, part, all }: ProgressLineProps) {
  return (
    <div class="progress">
      <span>{words}</span>
      <progress max={Math.max(all, 1)} value={part} aria-label={words} />
    </div>
  )
}
