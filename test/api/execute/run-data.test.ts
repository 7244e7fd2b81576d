import { expect, it } from 'vitest';
import { parseEvents, readEvents } from '../../support/sse.js';
import { at, run, runAll, session, setUpKernels, stream } from './kernel-fixture.js';

setUpKernels();

/** The whole answer of a run as text, for what JavaScript's numbers would hide. */
const textOfRun = async (code: string) => {
  const answer = await run(code);
  return { id: answer.headers.get('x-execution-id')!, text: await answer.text() };
};

/** Selected fields of the events of a run, as the text that GraphQL answers. */
async function byGraphql(id: string, fields: string): Promise<string> {
  const response = await fetch(`${at.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${at.token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({
      query: `subscription($id: ID!) { executionEvents(executionId: $id) { type ${fields} } }`,
      variables: { id },
    }),
  });
  return response.text();
}

const typesOf = (events: { data: any }[]) => events.map(({ data }) => data.type ?? data.status);

it('the result of a cell keeps its display_id in both APIs', async () => {
  const { id, text } = await textOfRun(
    [
      'kernel = get_ipython().kernel',
      "content = {'data': {'text/plain': '1'}, 'metadata': {}, 'execution_count': 1, 'transient': {'display_id': 'one'}}",
      "kernel.session.send(kernel.iopub_socket, 'execute_result', content, parent=kernel.get_parent('shell'))",
    ].join('\n'),
  );
  const result = parseEvents(text).find(({ data }) => data.type === 'execute_result');
  expect(result!.data.transient).toEqual({ display_id: 'one' });
  expect(await byGraphql(id, '... on ExecuteResultEvent { transient }')).toContain(
    '"transient":{"display_id":"one"}',
  );
});

it('numbers in data are the tokens of the kernel, in events, outputs, and the stored log', async () => {
  const tokens = '"a":[9007199254740993,1.0,-0.0,1e-05],"b":{"c":2.50}'.replace('2.50', '2.5');
  const { id, text } = await textOfRun(
    [
      'from IPython.display import display',
      "data = {'a': [2**53 + 1, 1.0, -0.0, 1e-5], 'b': {'c': 2.5}}",
      "shown = display({'application/json': data}, metadata=data, raw=True, display_id='n')",
      "shown.update({'application/json': data}, raw=True)",
      "import comm\nopened = comm.create_comm(target_name='t', data=data)",
      'opened.send(data)',
    ].join('\n'),
  );
  const occurrences = (from: string) => from.split(`{${tokens}}`).length - 1;
  // In data and metadata of the display, in its update, in the two comm messages, and in the one output.
  expect(occurrences(text)).toBe(6);
  const path = `/sessions/${session}/executions/${id}/stream`;
  expect(await (await stream(path, {})).text()).toBe(text);
  const fields = `... on DisplayDataEvent { data metadata } ... on UpdateDisplayDataEvent { data }
    ... on CommOpenEvent { data } ... on CommMessageEvent { data } ... on FinalResponse { outputs }`;
  expect(occurrences(await byGraphql(id, fields))).toBe(6);
});

it('text that is no Unicode is no reason to lose an exception or output', async () => {
  const raised = await runAll("raise ValueError('\\ud800 bad')");
  expect(typesOf(raised)).toEqual(['status', 'status', 'execute_input', 'error', 'status', 'error']);
  expect(raised[3]!.data).toMatchObject({ ename: 'ValueError', evalue: '\ud800 bad' });
  expect(raised.at(-1)!.data.outputs).toMatchObject([{ output_type: 'error', ename: 'ValueError' }]);
  const printed = await runAll("print('\\ud800 bad')");
  expect(printed.at(-1)!.data.outputs).toEqual([
    { output_type: 'stream', name: 'stdout', text: '\ud800 bad\n' },
  ]);
});

it('an exception after very much output is among the outputs, with the head and the tail of the output', async () => {
  const code = "print('head' + 'x' * 21_000_000 + 'tail'); 1 / 0";
  const events = await readEvents(await run(code));
  const { outputs, truncated } = events.at(-1)!.data;
  expect(truncated).toBe(true);
  expect(events.at(-2)!.data).toMatchObject({ type: 'output_lost', count: 1, reason: 'outputs_limit' });
  expect(outputs).toMatchObject([{ name: 'stdout' }, { output_type: 'error', ename: 'ZeroDivisionError' }]);
  expect(outputs[0].text).toMatch(/^headx/);
  expect(outputs[0].text).toMatch(/xtail\n$/);
  const cut = Number(/\n\[… (\d+) characters are left out here …\]\n/.exec(outputs[0].text)![1]);
  expect(outputs[0].text.replace(/\n\[….*…\]\n/, '').length + cut).toBe(21_000_009);
}, 120_000);

it('output that did not arrive makes the outputs truncated, in the end and in the execution', async () => {
  const answer = await run(
    [
      "import comm\nopened = comm.create_comm(target_name='t')",
      'opened.send({}, buffers=[bytes(49 * 1024 * 1024)])',
      "print('on')",
    ].join('\n'),
  );
  const events = await readEvents(answer);
  const lost = events.filter(({ data }) => data.type === 'output_lost').map(({ data }) => data);
  expect(lost).toMatchObject([{ count: 1, reason: 'not_delivered' }]);
  const whole = { outputs: [{ text: 'on\n' }], truncated: true };
  expect(events.at(-1)!.data).toMatchObject(whole);
  const id = answer.headers.get('x-execution-id');
  expect((await at.rest('GET', `/sessions/${session}/executions/${id}`)).body).toMatchObject(whole);
}, 120_000);

it('help is a display, and what else the kernel asks of clients is an event', async () => {
  const help = await runAll('print?');
  const display = { data: { 'text/plain': expect.stringContaining('Prints the values to a stream') } };
  expect(help.find(({ data }) => data.type === 'display_data')!.data).toMatchObject(display);
  expect(help.at(-1)!.data.outputs).toMatchObject([{ output_type: 'display_data', ...display }]);

  const answer = await run("get_ipython().set_next_input('next', replace=True)");
  const events = await readEvents(answer);
  const payload = { source: 'set_next_input', text: 'next', replace: true };
  expect(events.at(-2)!.data).toMatchObject({ type: 'payload', source: 'set_next_input', payload });
  const id = answer.headers.get('x-execution-id')!;
  expect(await byGraphql(id, '... on PayloadEvent { source payload }')).toContain('"text":"next"');
});
