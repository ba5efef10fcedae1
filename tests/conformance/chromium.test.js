// Whether Chromium still does what tests/support/model says that it does.
import { testScripts } from './browsers.js';

testScripts('chromium');
