/** The entry of a learner's page. */
import { render } from 'preact'
import { pageLanguage } from './browser/page-data.js'
import { LearnPage } from './learn-page.js'
import { takeToken, tokenInAddress } from './learn-session.js'
import './style.css'

const main = document.getElementById('app')
if (main?.dataset['page'] === 'learn') {
  const token = takeToken()
  // Another link of a course opens in this page, and no other is loaded for it.
  window.addEventListener('hashchange', () => {
    if (tokenInAddress() === null) return
    takeToken()
    window.location.reload()
  })
  main.replaceChildren()
  render(<LearnPage token={token} language={pageLanguage()} />, main)
}
