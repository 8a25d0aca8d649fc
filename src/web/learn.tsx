/** The entry of a learner's page. */
import { render } from 'preact'
import { pageLanguage } from './browser/page-data.js'
import { LearnPage } from './learn-page.js'
import { holdToken, takeToken, tokenInAddress } from './learn-session.js'
import './style.css'

const main = document.getElementById('app')
if (main?.dataset['page'] === 'learn') {
  const [language, siteTitle] = [pageLanguage(), document.title]
  const show = (token: string | null): void => {
    // Nothing of one session is left in the next.
    render(<LearnPage key={token} token={token} language={language} siteTitle={siteTitle} />, main)
  }
  let token = takeToken()
  // Another link of a course opens in this page, and no other is loaded for it.
  window.addEventListener('hashchange', () => {
    if (tokenInAddress() !== null) {
      token = takeToken()
      show(token)
    } else if (token !== null) holdToken(token)
  })
  main.replaceChildren()
  show(token)
}
