// Whether Firefox still does what tests/support/model says that it does.
import { test } from 'node:test';
import { findFirefox, testScripts } from './browsers.js';

if (findFirefox()) {
  testScripts('firefox');
} else {
  test('Firefox', { skip: 'not found: install the package firefox-esr, or set FIREFOX to its path' });
}
