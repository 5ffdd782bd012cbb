/**
 * What Vite adds to the language: `import.meta.env`, and imports of style sheets.
 */
/// <reference types="vite/client" />
