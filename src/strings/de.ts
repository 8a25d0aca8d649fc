/** German. */
import type { Strings } from './strings.js'

export const de: Strings = {
  languageName: 'Deutsch',
  verdicts: {
    correct: 'Richtig',
    follows: 'Folgefehler',
    incorrect: 'Noch nicht richtig',
    invalid: 'Noch nicht lesbar',
    blank: 'Leer',
    partly: (right, all) => `${String(right)} von ${String(all)} Einträgen sind richtig`,
  },
  boxes: {
    forward: label => `${label}, Vorwärtswert`,
    local: (label, of, wrt) => `${label}, lokale Ableitung von ${of} nach ${wrt}`,
    gradient: (label, of, wrt) => `${label}, Gradient von ${of} nach ${wrt}`,
    asked: {
      number: 'eine Zahl',
      expression: 'ein Ausdruck in den Namen des Graphen',
      vector: entries => `eine Liste von ${String(entries)} Zahlen in Klammern`,
      matrix: (rows, columns) =>
        `${String(rows)} ${rows === 1 ? 'Zeile' : 'Zeilen'} mit ${String(columns)} Zahlen in Klammern`,
    },
    shownValue: 'gezeigt, nicht von dir eingetragen',
  },
  board: {
    figure: 'Berechnungsgraph mit Feldern zum Ausfüllen',
    tools: 'Werkzeuge',
    keyboard:
      'Eingabetaste prüft und geht weiter, Tab folgt der Reihenfolge der Arbeit, die Pfeiltasten wechseln das Feld.',
    progress: (right, all) => `${String(right)} von ${String(all)} richtig`,
    filled: (filled, all) => `${String(filled)} von ${String(all)} ausgefüllt`,
    undo: 'Rückgängig',
    clear: 'Alles leeren',
    remarks: 'Felder zum Nachsehen',
    goTo: label => `Zu ${label} gehen`,
    currentBox: 'Dieses Feld',
    startHint:
      'Fülle die blauen Felder von links nach rechts aus, dann die grünen von rechts nach links. Jedes Feld wird geprüft, wenn du es verlässt.',
    inputs: 'Gegebene Werte',
    formulas: 'Formeln',
    parameter: 'Parameter',
    data: 'Daten',
    noFigure: 'Dieser Graph ist zu groß für eine Zeichnung. Seine Felder stehen in der Liste unten.',
    draftKept: 'Was du eintippst, bleibt auf diesem Gerät erhalten.',
    draftNotKept:
      'Dieser Browser behält für diese Seite nichts: Eingetipptes ist nur hier, bis du sie schließt oder neu lädst.',
  },
  practice: {
    revealAll: 'Alles zeigen',
    hideAll: 'Alles verbergen',
    revealed: 'Alle Werte sind zu sehen. Deine eigenen Einträge kommen mit „Alles verbergen“ zurück.',
    hidden: 'Deine eigenen Einträge sind wieder da.',
    showHow: 'Zeig mir, wie',
    showHowOf: label => `So entsteht ${label}`,
    cascade: 'Kaskadenansicht',
    cascadeIntro:
      'Was geschieht, wenn sich ein Parameter ein wenig ändert: Folge der Änderung durch den Graphen.',
    cascadeFrom: name => `Eine Änderung von ${name}`,
    noCascade: 'Von diesem Graphen gibt es diese Ansicht nicht.',
    result: 'Der Wert ist also',
    close: 'Schließen',
    loading: 'Lädt …',
    notLoaded: 'Das konnte nicht geladen werden. Bitte versuche es gleich noch einmal.',
    solvedTitle: 'Alle Felder sind richtig. Sehr gut!',
    solvedText: all =>
      `Du bist vorwärts und rückwärts durch den ganzen Graphen gegangen: ${String(all)} von ${String(all)} Feldern.`,
    moreGraphs: 'Einen anderen Graphen üben',
  },
  learn: {
    loading: 'Deine Aufgabe wird geöffnet …',
    noToken: 'Diese Seite öffnet sich aus deinem Kurs',
    noTokenHelp:
      'Geh zurück zu deinem Kurs und öffne die Aufgabe dort: Der Link bringt dich angemeldet hierher.',
    ended: 'Deine Sitzung ist zu Ende',
    endedHelp:
      'Öffne die Aufgabe noch einmal aus deinem Kurs. Was du eingetippt hast, bleibt auf diesem Gerät und ist dann wieder hier.',
    endedHelpNotKept:
      'Dieser Browser behält für diese Seite nichts: Kopiere deine Einträge, bevor du sie verlässt. Öffne dann die Aufgabe noch einmal aus deinem Kurs.',
    endedHelpNothing: 'Öffne die Aufgabe noch einmal aus deinem Kurs.',
    endedUnanswered:
      'Der Versuch, der unterwegs war, wird dann noch einmal gesendet. Er zählt ein einziges Mal.',
    yourEntries: 'Was du eingetippt hast',
    signedInAs: name => `Angemeldet als ${name}`,
    points: points => (points === '1' ? '1 Punkt' : `${points} Punkte`),
    due: time => `Abgabe bis ${time}`,
    closes: time => `Schließt ${time}`,
    closedAt: time => `Geschlossen seit ${time}`,
    opens: time => `Öffnet ${time}`,
    attempt: (number, most) =>
      most === null ? `Versuch ${String(number)}` : `Versuch ${String(number)} von ${String(most)}`,
    attemptsLeft: left => (left === 1 ? 'Noch 1 Versuch' : `Noch ${String(left)} Versuche`),
    best: (points, most) => `Bisher ${ofPoints(points, most)}`,
    notOpen: 'Diese Aufgabe ist noch nicht offen. Komm wieder, wenn sie öffnet.',
    closed: 'Diese Aufgabe ist geschlossen. Es kann nichts mehr abgegeben werden.',
    noAttemptsLeft: 'Du hast alle Versuche aufgebraucht. Es kann nichts mehr abgegeben werden.',
    hint: 'Fülle die blauen Felder von links nach rechts aus, dann die grünen von rechts nach links. Gib ab, wenn du so weit bist.',
    reviewHint: 'Wähle ein Feld, um zu lesen, was es dazu zu sagen gibt.',
    submit: 'Abgeben',
    submitting: 'Wird abgegeben …',
    nothingAnswered: 'Fülle mindestens ein Feld aus, bevor du abgibst.',
    alreadySubmitted: 'Genau das hast du schon abgegeben. Ändere zuerst etwas.',
    waitingToSend:
      'Dein Versuch wird gesendet, sobald die Verbindung wieder da ist. Er zählt ein einziges Mal.',
    waitingForServer:
      'Dein Versuch wird gesendet, sobald der Server ihn annehmen kann. Er zählt ein einziges Mal.',
    stored: number => `Versuch ${String(number)} ist gespeichert.`,
    again: number => `Dein Versuch ${String(number)}`,
    late: 'Er kam verspätet an.',
    scored: (points, most) => `Er bringt ${ofPoints(points, most)}.`,
    noFeedback: 'Dein Kurs zeigt hier keine Ergebnisse.',
    completed: 'Alle Felder sind richtig. Sehr gut!',
    tryAgain: 'Du kannst deine Einträge ändern und noch einmal abgeben.',
    nextAttempt: 'Nächsten Versuch beginnen',
    expected: value => `Richtig ist: ${value}`,
    unreadable:
      'Einige Einträge sind nicht lesbar. Es wurde nichts abgegeben und kein Versuch verbraucht: Sieh dir die markierten Felder an.',
    staleVariant:
      'Diese Aufgabe hat neue Werte für dich. Sieh dir die Zeichnung noch einmal an; deine Einträge sind noch da.',
    refused: 'Der Versuch wurde nicht angenommen:',
    superseded:
      'Ein früherer Versuch von diesem Gerät wurde nicht angenommen; seither gab es neuere Versuche.',
    supersededKept:
      'Ein früherer Versuch von diesem Gerät wurde nicht angenommen; seither gab es neuere Versuche. Seine Einträge stehen hier.',
    notLoaded: 'Die Aufgabe konnte nicht geladen werden.',
  },
  problems: {
    'assignment-closed': 'Diese Aufgabe ist geschlossen.',
    'assignment-not-open': 'Diese Aufgabe ist noch nicht offen.',
    'no-attempts-left': 'Du hast alle Versuche aufgebraucht.',
    'not-revealed': 'Was hier richtig ist, wird dir jetzt nicht gezeigt.',
    'stale-variant': 'Diese Aufgabe hat neue Werte für dich.',
    'variant-required': 'Diese Aufgabe hat jetzt eigene Werte für dich. Lade die Seite neu.',
    'nothing-answered': 'Kein Feld ist ausgefüllt.',
    'unreadable-answer': 'Einige Einträge sind nicht lesbar.',
    'unknown-box': 'Diese Aufgabe hat jetzt andere Felder. Lade die Seite neu.',
    'too-complex': 'Deine Einträge sind zu aufwendig: Rechne sie weiter aus.',
    undecidable: 'Ein Ausdruck hat an zu wenigen Stellen einen Wert, um entschieden zu werden.',
    'invalid-request': 'Der Server konnte damit nichts anfangen. Lade die Seite neu.',
    'body-too-large': 'Deine Einträge sind zusammen zu lang.',
    'request-timeout': 'Es kam nicht rechtzeitig an. Bitte versuche es noch einmal.',
    'too-many-requests': 'Das waren viele Anfragen in kurzer Zeit. Bitte warte einen Moment.',
    'idempotency-key-reused': 'Er kam schon einmal mit anderen Einträgen an. Bitte versuche es noch einmal.',
    'not-found': 'Das gibt es hier nicht (mehr).',
    'route-not-found': 'Das gibt es hier nicht (mehr).',
    'learner-erased': 'Deine Daten wurden aus diesem Kurs gelöscht.',
    'missing-session': 'Öffne die Aufgabe noch einmal aus deinem Kurs.',
    'unknown-session': 'Deine Sitzung ist zu Ende. Öffne die Aufgabe noch einmal aus deinem Kurs.',
    'figure-not-drawn': 'Die Zeichnung konnte nicht erstellt werden.',
    unavailable: 'Der Server kann gerade nicht antworten.',
    'internal-error': 'Bei uns ist etwas schiefgegangen.',
  },
  problem: 'Etwas ist schiefgegangen. Bitte versuche es gleich noch einmal.',
  network: {
    lost: 'Keine Verbindung. Alles, was du eingetippt hast, ist noch da; wir versuchen es weiter.',
    busy: seconds =>
      seconds === 1
        ? 'Gerade ist viel los. Wir versuchen es in 1 Sekunde wieder; nichts geht verloren.'
        : `Gerade ist viel los. Wir versuchen es in ${String(seconds)} Sekunden wieder; nichts geht verloren.`,
    retry: 'Jetzt versuchen',
    failed: 'Bei uns ist etwas schiefgegangen. Deine Einträge sind noch da; wir versuchen es weiter.',
  },
  site: {
    tagline: 'Backpropagation an Berechnungsgraphen üben',
    skip: 'Zum Inhalt springen',
    otherLanguages: 'Andere Sprachen',
    wayBack: 'Navigationspfad',
    intro: [
      'Ein neuronales Netz lernt durch Backpropagation: Es bestimmt, wie stark jeder seiner Parameter das Ergebnis ändert, Schritt für Schritt, vom Ende zurück zum Anfang. Hier machst du dasselbe von Hand, an kleinen Graphen, bis jeder Schritt klar ist.',
      'Wähle unten einen Graphen, fülle seine Felder aus und sieh sofort, was stimmt und was du noch einmal ansehen solltest. Nichts davon wird bei uns gespeichert, und du brauchst kein Konto.',
    ],
    howTitle: 'So geht es',
    how: [
      'Vorwärts: Fülle die blauen Felder von links nach rechts aus. In jedes gehört der Wert seines Knotens.',
      'Rückwärts: Fülle die grünen Felder von rechts nach links aus. Zuerst die lokalen Ableitungen eines Knotens, dann mit der Kettenregel, wie stark sich das Ergebnis mit dem ändert, was in ihn eingeht.',
      'Du kannst Zahlen, Brüche und Rechnungen eintippen: 11, 9/2 und 2 + 3*3 werden gelesen; Dezimalzahlen schreibst du mit Punkt. Folgefehler werden erkannt und zählen trotzdem.',
      'Du kommst nicht weiter? „Zeig mir, wie“ geht jedes Feld Schritt für Schritt durch.',
    ],
    graphsTitle: 'Graphen zum Üben',
    graphsOf: tenant => `Öffentliche Graphen von ${tenant}`,
    boxes: count => (count === 1 ? '1 Feld' : `${String(count)} Felder`),
    noGraphs: 'Hier gibt es noch keinen öffentlichen Graphen.',
    teachersTitle: 'Für Lehrende und Entwickler',
    teachers:
      'Chainmark veröffentlicht Berechnungsgraphen, bewertet die Felder von Lernenden in Kursen und bewahrt jeden Versuch auf. All das ist eine API: Veröffentliche eigene Graphen, stelle Aufgaben, verlinke sie in deiner Lernplattform.',
    apiDocs: 'Zur Dokumentation der API (englisch)',
    home: 'Alle Graphen',
    noScript:
      'Diese Seite prüft deine Eingaben mit JavaScript, das in deinem Browser ausgeschaltet ist. Du kannst den Graphen trotzdem lesen und auf Papier durchrechnen.',
    scriptMissing:
      'Das Skript dieser Seite fehlt auf diesem Server, daher lässt sich nichts ausfüllen. Wer ihn betreibt, erzeugt es mit: npm run build',
    notFoundTitle: 'Hier ist nichts',
    notFound:
      'Keine Seite hat diese Adresse. Vielleicht ist sie vertippt, oder der Graph ist nicht für alle offen.',
    busyTitle: 'Gerade ist viel los',
    busy: 'Bitte versuche es gleich noch einmal.',
    brokenTitle: 'Bei uns ist etwas schiefgegangen',
    broken: 'Wir haben es notiert. Bitte versuche es später noch einmal.',
    learnTitle: 'Deine Aufgabe',
  },
  feedback: {
    rounded: 'Das sieht zu früh gerundet oder abgeschnitten aus: Gib mehr Stellen an.',
    'finite-difference':
      'Das sieht nach einem Differenzenquotienten aus: ein kleiner Schubs, und wie viel sich dadurch ändert. Das kommt der Ableitung nur nahe: Leite stattdessen die Formel ab.',
    'forgot-upstream':
      'Das sieht nach der lokalen Ableitung aus. Die Änderung muss noch bis zum Ergebnis weitergetragen werden: Multipliziere mit der Ableitung, die von rechts kommt.',
    'gave-gradient':
      'Das sieht aus, als wäre es schon bis zum Ergebnis weitergetragen. Hier ist nur die lokale Ableitung gefragt.',
    'overwrote-path':
      'Der Wert wirkt auf mehreren Wegen, und das sieht nach einem einzigen davon aus. Addiere, was auf den anderen zurückkommt.',
    'missing-path': 'Der Wert wirkt auf mehreren Wegen. In der Summe scheint einer davon zu fehlen.',
    'forgot-inner':
      'Ein Teil scheint nur außen abgeleitet zu sein. Multipliziere mit der Ableitung dessen, was innen steht.',
    'power-rule':
      'Die Potenzregel scheint schiefgegangen zu sein. Der alte Exponent kommt als Faktor nach vorn, und der neue ist um eins kleiner.',
    'wrong-point':
      'Die Ableitung scheint an der falschen Stelle genommen zu sein: Setze den Wert ein, der in den Knoten hineingeht.',
    sign: 'Prüfe das Vorzeichen: Ein Minus scheint verloren oder eines zu viel zu sein.',
    'other-derivative':
      'Das sieht nach der Ableitung nach einem anderen Namen aus. Sieh nach, wonach hier abgeleitet wird.',
    reciprocal: 'Das sieht nach dem Kehrwert aus: Prüfe, was wodurch geteilt wird.',
    swapped: 'Das scheint in ein anderes Feld zu gehören. Prüfe, ob du das richtige ausgefüllt hast.',
    follows: 'Das folgt richtig aus einem früheren Eintrag. Sieh dir die früheren Felder noch einmal an.',
    'expression-asked':
      'Hier ist ein Ausdruck gefragt, der für alle Eingaben gilt; eine Zahl allein gilt nur, wo nichts sie ändern kann.',
    'not-a-text-or-number': 'Eine Antwort ist eine Zahl oder ein Text.',
    'not-one-number': 'Hier ist eine einzige Angabe gefragt, keine Liste.',
    'not-an-array':
      'Hier ist eine Liste gefragt: Schreibe sie in Klammern, als [1, 2] oder [[1, 2], [3, 4]].',
    'wrong-shape': 'Die Liste hat eine andere Form, als hier gefragt ist.',
    'answer-too-long': 'Diese Antwort ist zu lang.',
    'answer-too-complex': 'Diese Antwort ist zu verschachtelt oder zu aufwendig: Rechne sie weiter aus.',
    'not-a-number': 'Das ist keine Zahl: Schreibe den Wert.',
    infinite: 'Ein unendlicher Wert kann hier keine Antwort sein.',
    'too-large': 'Mit dieser Zahl kann nicht gerechnet werden: Sie ist zu groß.',
    'too-many-digits': 'Diese Zahl hat zu viele Ziffern.',
    separator:
      'Ein Komma kann hier nicht gelesen werden: Schreibe einen Punkt vor die Nachkommastellen (3.14) und nichts zwischen die Tausender (1000).',
    hexadecimal: 'Schreibe die Zahl in Dezimalziffern, ohne 0x.',
    'two-numbers': 'Hier stehen zwei Zahlen nebeneinander: Was gehört dazwischen?',
    'double-star': 'Eine Potenz schreibt man mit ^, nicht mit **.',
    'graph-name': 'Hier ist eine Zahl gefragt: Setze für den Namen seinen Wert ein.',
    'name-not-allowed': 'Dieser Name darf in diesem Feld nicht vorkommen.',
    'unknown-name': 'Diesen Namen gibt es in diesem Graphen nicht.',
    'outside-domain': 'Dieser Ausdruck hat keinen Wert, etwa weil durch null geteilt wird.',
    'not-readable': 'Das kann noch nicht gelesen werden.',
  },
  followsFrom: box => `Richtig für den Wert, den du in ${box} hast; sieh dir ${box} noch einmal an.`,
}

/** So many of so many points. */
function ofPoints(points: string, most: string): string {
  return `${points} von ${most} ${most === '1' ? 'Punkt' : 'Punkten'}`
}
