/**
 * Le pagine Soglie e Sistema in italiano: the same keys as English.
 */
import type { enAdmin } from './en-admin.ts'
import type { Texts } from './texts.ts'

export const itAdmin: Texts<typeof enAdmin> = {
  thresholds: {
    intro:
      'Un valore oltre la soglia genera un allarme. Un piano senza soglie proprie ' +
      'eredita quelle predefinite.',
    default: 'Predefinite per tutti i piani',
    inherits: 'Eredita le predefinite',
    own: 'Soglie proprie',
    restore: 'Ripristina le predefinite',
    factory: 'Ripristina i valori di fabbrica',
    save: 'Salva',
    discard: 'Annulla le modifiche',
    saved: 'Salvato. Il rilevatore le segue entro pochi secondi.',
    changed: 'Ci sono modifiche non salvate.',
    invalid: 'Serve un numero da 0 in su.',
    needsLogin: 'Accedi per cambiare le soglie; tutti possono leggerle.',
    again: 'L’accesso non è più valido; accedi di nuovo, le modifiche restano.',
    addFloor: 'Soglie per un altro piano',
    add: 'Aggiungi',
    preview_one:
      '{{span}}: sarebbe scattato {{count}} allarme ({{over}} letture su {{readings}} oltre).',
    preview_other:
      '{{span}}: sarebbero scattati {{count}} allarmi ({{over}} letture su {{readings}} oltre).',
    previewNone: 'Questo coordinatore non sa dire quante volte sarebbe scattata.',
  },
  triedSpan: { week: 'Ultimi 7 giorni', day: 'Ultime 24 ore', hour: 'Ultima ora' },
  stage: {
    simulator: 'Simulatore',
    ingestion: 'Raccolta delle letture',
    detection: 'Rilevamento',
    archive: 'Archivio degli allarmi',
    live: 'Notifiche dal vivo',
  },
  system: {
    pipeline: 'Percorso delle letture',
    noPipeline: 'Questo coordinatore non descrive le sue fasi; il resto della pagina è completo.',
    stage: 'Fase',
    rate: 'Record al secondo',
    lag: 'In attesa',
    errors: 'Errori',
    ring: 'Archivio dati',
    reachable: 'Ogni chiave si può leggere e scrivere',
    unreachable: 'Alcune chiavi non sono raggiungibili',
    shards: 'Shard',
    shard: 'Shard',
    health: 'Stato',
    keys: 'Chiavi',
    partitions: 'Partizioni',
    hints: 'Scritture da consegnare',
    cache: 'Letture dalla memoria',
    copies: 'Copie di ogni chiave',
    virtualNodes: 'Nodi virtuali',
    up: 'attivo',
    suspect: 'lento',
    down: 'non risponde',
    untold: 'non indicato',
    leaving: 'in uscita',
    full: 'disco pieno',
    address: 'Indirizzo di uno shard',
    add: 'Aggiungi shard',
    remove: 'Rimuovi',
    removeSure: 'Rimuovere davvero?',
    moving: '{{done}} di {{total}} partizioni spostate',
    carried: '{{rows}} righe, {{bytes}} copiati finora',
    takeBack: 'Annulla la modifica',
    waits: 'È in attesa: {{reason}}',
    noShards:
      'Nessuno shard registrato. Aggiungi l’indirizzo di uno, e le sue chiavi compaiono qui.',
    refused: 'Rifiutato: {{detail}}',
    needsLogin: 'Qui solo un amministratore può cambiare l’anello. Accedi e riprova.',
  },
  care: {
    title: 'Copie',
    hints: 'Scritture da consegnare',
    compared: 'Partizioni confrontate',
    of: '{{done}} di {{total}}',
    age: 'Il confronto più vecchio',
    mended: 'Righe riparate',
    elsewhere: 'Un altro coordinatore confronta e ripara le copie; è lui a dire a che punto è.',
    untold: 'Questo coordinatore non dice come si confrontano e riparano le copie.',
  },
}
