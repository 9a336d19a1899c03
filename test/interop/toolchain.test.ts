import { expect, it } from 'vitest';
import {
  findToolchain,
  isAtLeast,
  javaMajor,
  javaVersionIn,
  mavenVersionIn,
  ToolsMissing,
} from './toolchain.ts';

it.each([
  ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', '17.0.15', 17],
  ['openjdk version "21" 2023-09-19', '21', 21],
  ['openjdk version "25-ea" 2025-09-16', '25-', 25],
  ['java version "1.8.0_392"', '1.8.0_392', 8],
])('reads %j', (output, version, major) => {
  expect(javaVersionIn(output)).toBe(version);
  expect(javaMajor(version)).toBe(major);
});

it('reads the version of Maven, coloured or not', () => {
  expect(mavenVersionIn('\u001b[1mApache Maven 3.8.7\u001b[m\nMaven home: x')).toBe('3.8.7');
  expect(mavenVersionIn('Apache Maven 4.0.0-rc-4 (bed0f8)')).toBe('4.0.0');
  expect(mavenVersionIn('')).toBeUndefined();
});

it.each([
  ['3.6.2', false],
  ['3.6.3', true],
  ['3.10.0', true],
  ['4.0.0', true],
  ['2.9.9', false],
])('compares %s by its numbers', (version, newer) => {
  expect(isAtLeast(version, [3, 6, 3])).toBe(newer);
});

it('says all that is missing, and how to get it', () => {
  const nowhere = { JAVA_HOME: '/nowhere', MAVEN_HOME: '/nowhere' };
  const find = () => findToolchain(nowhere);
  expect(find).toThrow(ToolsMissing);
  expect(find).toThrow(/nowhere\/bin\/java: not there.*\n.*nowhere\/bin\/mvn: not there/);
});
