/** The entry of a learner's page. */
import { render } from 'preact'
import { pageLanguage } from './browser/page-data.js'
import { LearnPage } from './learn-page.js'
import { takeToken } from './learn-session.js'
import './style.css'

const main = document.getElementById('app')
if (main?.dataset['page'] === 'learn') {
  const token = takeToken()
  main.replaceChildren()
  render(<LearnPage token={token} language={pageLanguage()} />, main)
}
