// Loaded before a server: SIGUSR2 sets its clock back by a minute.
import process from 'node:process'

const RealDate = Date
let behind = 0
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() - behind)
    else super(...given)
  }

  static now() {
    return RealDate.now() - behind
  }
}
process.on('SIGUSR2', () => {
  behind += 60_000
})
