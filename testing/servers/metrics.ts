/** Reads the metrics at a port of this machine; the keys are names with labels. */
export async function scrape(port: number): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!answer.ok) throw new Error(`No metrics: ${answer.status}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [nameIn(line), Number(line.slice(line.lastIndexOf(' ')))]));
}

const nameIn = (line: string) => line.slice(0, line.lastIndexOf(' '));
