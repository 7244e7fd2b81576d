/**
 * A response whose body never fails: where the source does, the connection is cut and the body ends. The server of Hono would
 * write the text of the error into the answer, behind what was sent. A client sees the missing end.
 * @param cut cuts the connection; called at most once, with the error
 */
export function withCutBody(response: Response, cut: (error: unknown) => void): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          // A client that leaves ends the read, and the body is closed already.
          if (isCancelled) return;
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          cut(error);
          controller.close();
        }
      },
      cancel(reason) {
        isCancelled = true;
        return reader.cancel(reason).catch(cut);
      },
    },
    // So it reads no more than its source does.
    { highWaterMark: 0 },
  );
  return new Response(body, { status: response.status, headers: response.headers });
}
