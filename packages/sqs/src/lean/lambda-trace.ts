/**
 * Reads the trace of the current invocation in AWS Lambda, undefined elsewhere. Sent along, as the SDK
 * does, it lets Lambda stop functions that call themselves through a queue. Where one process serves
 * several invocations at once there is none in the environment, and none is sent.
 */
export function createLambdaTrace(): () => string | undefined {
  const inLambda = (process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '') !== '';
  return () => (inLambda ? process.env['_X_AMZN_TRACE_ID'] : undefined) || undefined;
}
