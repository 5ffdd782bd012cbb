/**
 * The same keys as another catalogue, with texts of any kind: the compiler finds a missing one.
 */
export type Texts<Node> = {
  readonly [Key in keyof Node]: Node[Key] extends string ? string : Texts<Node[Key]>
}
