/** The names under which a contract has something that can be called now: all but subscriptions. */
export type CallableName<TContract> = {
  [TName in keyof TContract]: TContract[TName] extends { readonly type: 'subscription' }
    ? never
    : TName;
}[keyof TContract];
