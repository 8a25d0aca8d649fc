/** English. */
import type { Strings } from './strings.js'

export const en: Strings = {
  languageName: 'English',
  verdicts: {
    correct: 'Right',
    follows: 'Follows from an earlier slip',
    incorrect: 'Not right yet',
    invalid: 'Cannot be read yet',
    blank: 'Empty',
    partly: (right, all) => `${String(right)} of ${String(all)} entries are right`,
  },
  boxes: {
    forward: label => `${label}, forward value`,
    local: (label, of, wrt) => `${label}, local derivative of ${of} with respect to ${wrt}`,
    gradient: (label, of, wrt) => `${label}, gradient of ${of} with respect to ${wrt}`,
    asked: {
      number: 'a number',
      expression: 'an expression in the names of the graph',
      vector: entries => `a list of ${String(entries)} numbers in brackets`,
      matrix: (rows, columns) =>
        `${String(rows)} ${rows === 1 ? 'row' : 'rows'} of ${String(columns)} numbers in brackets`,
    },
    shownValue: 'shown, not typed by you',
  },
  board: {
    figure: 'Computation graph with boxes to fill in',
    tools: 'Tools',
    keyboard: 'Enter checks and goes on, Tab follows the order of work, the arrow keys move between boxes.',
    progress: (right, all) => `${String(right)} of ${String(all)} right`,
    filled: (filled, all) => `${String(filled)} of ${String(all)} filled in`,
    undo: 'Undo',
    clear: 'Clear all',
    remarks: 'Boxes to look at',
    goTo: label => `Go to ${label}`,
    currentBox: 'This box',
    startHint:
      'Fill in the blue boxes from left to right, then the green ones from right to left. Each box is checked when you leave it.',
    inputs: 'Given values',
    formulas: 'Formulas',
    parameter: 'parameter',
    data: 'data',
    noFigure: 'This graph is too large to be drawn. Its boxes stand in the list below.',
    draftKept: 'What you type is kept on this device.',
    draftNotKept:
      'This browser keeps nothing for this page: what you type is here only until you close or reload it.',
  },
  practice: {
    revealAll: 'Reveal all',
    hideAll: 'Hide all',
    revealed: 'All values are shown. Your own entries come back with Hide all.',
    hidden: 'Your own entries are back.',
    showHow: 'Show me how',
    showHowOf: label => `How ${label} is worked out`,
    cascade: 'Cascade view',
    cascadeIntro: 'What happens when one parameter changes by a little: follow the change through the graph.',
    cascadeFrom: name => `A change of ${name}`,
    noCascade: 'There is no such view of this graph.',
    result: 'So the value is',
    close: 'Close',
    loading: 'Loading …',
    notLoaded: 'This could not be loaded. Please try again in a moment.',
    solvedTitle: 'All boxes are right. Well done!',
    solvedText: all =>
      `You have propagated forward and backward through the whole graph: ${String(all)} of ${String(all)} boxes.`,
    moreGraphs: 'Try another graph',
  },
  learn: {
    loading: 'Opening your assignment …',
    noToken: 'This page opens from your course',
    noTokenHelp: 'Go back to your course and open the assignment there: the link brings you here, signed in.',
    ended: 'Your session has ended',
    endedHelp:
      'Open the assignment again from your course. What you have typed is kept on this device and will be here then.',
    endedHelpNotKept:
      'This browser keeps nothing for this page: copy your entries before you leave. Then open the assignment again from your course.',
    endedHelpNothing: 'Open the assignment again from your course.',
    endedUnanswered: 'The attempt that was on its way is sent again then. It counts once.',
    yourEntries: 'What you have typed',
    signedInAs: name => `Signed in as ${name}`,
    points: points => `${points} ${pointsWord(points)}`,
    due: time => `Due ${time}`,
    closes: time => `Closes ${time}`,
    closedAt: time => `Closed ${time}`,
    opens: time => `Opens ${time}`,
    attempt: (number, most) =>
      most === null ? `Attempt ${String(number)}` : `Attempt ${String(number)} of ${String(most)}`,
    attemptsLeft: left => (left === 1 ? '1 attempt left' : `${String(left)} attempts left`),
    best: (points, most) => `So far ${points} of ${most} ${pointsWord(most)}`,
    notOpen: 'This assignment is not open yet. Come back when it opens.',
    closed: 'This assignment is closed. Nothing more can be submitted.',
    noAttemptsLeft: 'You have used all attempts. Nothing more can be submitted.',
    hint: 'Fill in the blue boxes from left to right, then the green ones from right to left. Submit when you are ready.',
    reviewHint: 'Choose a box to read what there is to say of it.',
    submit: 'Submit',
    submitting: 'Submitting …',
    nothingAnswered: 'Fill in at least one box before you submit.',
    alreadySubmitted: 'You have already submitted exactly this. Change something first.',
    waitingToSend: 'Your attempt will be sent as soon as the connection is back. It counts once.',
    waitingForServer: 'Your attempt will be sent as soon as the server can take it. It counts once.',
    stored: number => `Attempt ${String(number)} is stored.`,
    again: number => `Your attempt ${String(number)}`,
    late: 'It was submitted late.',
    scored: (points, most) => `It earns ${points} of ${most} ${pointsWord(most)}.`,
    noFeedback: 'Your course does not show results here.',
    completed: 'All boxes are right. Well done!',
    tryAgain: 'You can change your entries and submit again.',
    nextAttempt: 'Start the next attempt',
    expected: value => `Right is: ${value}`,
    unreadable:
      'Some entries cannot be read. Nothing was submitted and no attempt was used: look at the boxes marked.',
    staleVariant:
      'This assignment has new values for you. Look at the figure again; your entries are still here.',
    refused: 'The attempt was not taken:',
    superseded: 'An earlier attempt from this device was not taken; newer ones were made since.',
    supersededKept:
      'An earlier attempt from this device was not taken; newer ones were made since. Its entries are here.',
    notLoaded: 'The assignment could not be loaded.',
  },
  problems: null,
  problem: 'Something went wrong. Please try again in a moment.',
  network: {
    lost: 'No connection. Everything you typed is still here; we keep trying.',
    busy: seconds =>
      seconds === 1
        ? 'A lot is going on. We try again in 1 second; nothing is lost.'
        : `A lot is going on. We try again in ${String(seconds)} seconds; nothing is lost.`,
    retry: 'Try now',
    failed: 'Something went wrong on our side. Your entries are still here; we keep trying.',
  },
  site: {
    tagline: 'Practise back-propagation on computation graphs',
    skip: 'Skip to the content',
    otherLanguages: 'Other languages',
    wayBack: 'Breadcrumb',
    intro: [
      'A neural network learns by back-propagation: it works out how much each of its parameters changes the result, one small step at a time, from the end back to the beginning. Here you do the same by hand, on small graphs, until every step is clear.',
      'Choose a graph below, fill in its boxes, and see at once what is right and what to look at again. Nothing you type here is stored with us, and you need no account.',
    ],
    howTitle: 'How it works',
    how: [
      'Forward: fill in the blue boxes from left to right. Each takes the value of its node.',
      'Backward: fill in the green boxes from right to left. First the local derivatives of a node, then, by the chain rule, how much the result changes with what feeds it.',
      'You may type numbers, fractions and calculations: 11, 9/2 and 2 + 3*3 are all read. Work that follows from an earlier slip is recognised and still counts.',
      'Stuck? “Show me how” goes through any box step by step.',
    ],
    graphsTitle: 'Graphs to practise',
    graphsOf: tenant => `Public graphs of ${tenant}`,
    boxes: count => (count === 1 ? '1 box' : `${String(count)} boxes`),
    noGraphs: 'There is no public graph here yet.',
    teachersTitle: 'For teachers and developers',
    teachers:
      'Chainmark publishes computation graphs, grades learners’ boxes in courses and keeps every attempt. All of it is an API: publish graphs of your own, make assignments, link them from your learning platform.',
    apiDocs: 'Read the API documentation',
    home: 'All graphs',
    noScript:
      'This page checks what you type with JavaScript, which is switched off in your browser. You can still read the graph and work it out on paper.',
    scriptMissing:
      'The script of this page is missing on this server, so that nothing can be filled in. Whoever runs it can make it with: npm run build',
    notFoundTitle: 'There is nothing here',
    notFound:
      'No page has this address. It may have been mistyped, or the graph may not be open to everybody.',
    busyTitle: 'A lot is going on right now',
    busy: 'Please try again in a moment.',
    brokenTitle: 'Something went wrong on our side',
    broken: 'It was noted. Please try again later.',
    learnTitle: 'Your assignment',
  },
  feedback: null,
  followsFrom: box => `Right for the value you have in ${box}; look at ${box} again.`,
}

/** A number as it is written → the word after it. */
function pointsWord(points: string): string {
  return points === '1' ? 'point' : 'points'
}
