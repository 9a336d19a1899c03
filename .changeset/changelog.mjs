// How a changeset becomes a line of CHANGELOG.md: its own words and nothing else. Needs no network.

/** One changeset. Lines after the first are indented so that they stay in the list. */
export async function getReleaseLine({ summary }) {
  const [first = '', ...rest] = summary.trim().split('\n');
  return `\n- ${first}\n${rest.map((text) => `  ${text}`.trimEnd()).join('\n')}`;
}

/** All packages have one version, so that "updated dependencies" would say nothing. */
export async function getDependencyReleaseLine() {
  return '';
}

// oxlint-disable-next-line import/no-default-export -- what changesets looks for
export default { getReleaseLine, getDependencyReleaseLine };
