/** The entry of the pages of public graphs: takes over the figure that the server has written into the page. */
import { render } from 'preact'
import { readPageData, type PracticeData } from './browser/page-data.js'
import { PracticePage } from './practice-page.js'
import './style.css'

const main = document.getElementById('app')
if (main?.dataset['page'] === 'practice') {
  const data = readPageData() as PracticeData
  const figure = document.getElementById('figure')
  const drawing = figure?.querySelector('svg') ?? null
  const place = document.createElement('div')
  // In one go, so that the figure is never gone.
  if (figure === null) main.append(place)
  else figure.replaceWith(place)
  // In place of a figure the server writes a sentence and a list; the fields have their own.
  const list = main.querySelector('.plain-boxes')
  list?.previousElementSibling?.remove()
  list?.remove()
  render(<PracticePage data={data} drawing={drawing} />, place)
}
