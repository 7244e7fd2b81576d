const plot = `import numpy as np
import pandas as pd

x = np.linspace(0, 4 * np.pi, 200)
waves = pd.DataFrame({'sine': np.sin(x), 'damped': np.sin(x) * np.exp(-x / 6)}, index=x)
waves.plot(title='Waves', figsize=(7, 3), grid=True);`;

const text = (id: string, source: string) => ({ cell_type: 'markdown', id, metadata: {}, source });
const code = (id: string, source: string) => ({
  ...{ cell_type: 'code', execution_count: null, id, metadata: {}, outputs: [], source },
});

/** The cells of the notebook of the demo space. */
export const welcomeCells = [
  text('welcome', '# Welcome\n\nRun the cell below.'),
  code('hello', "for i in range(3):\n    print('hello', i)"),
  text('about-plot', 'A plot, drawn with pandas and matplotlib:'),
  code('plot', plot),
];
