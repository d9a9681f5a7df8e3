import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadStatusPage } from '../../cli/status-page.ts';
import { VantageError, type Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { Listener, startService, threeVantages, type TestService } from '../aggregator/api/service.ts';
import { requirement } from '../support/requirements.ts';
import { browserProblem, startBrowser } from './browser.ts';
import { hasFocus, lowContrasts, lowControls, overflow, pollNow } from './in-page.js';

const HOSTILE = '<img src=x onerror="document.title=\'owned\'"> & "gone"';
const dead: Vantage = { name: 'dead', probe: () => Promise.reject(new VantageError(HOSTILE)) };
const PHONE = { viewport: { width: 360, height: 740 } };

describe.runIf(requirement('the status page', browserProblem()))(
  'the status page',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let service: TestService;
    let well: Listener;
    let ill: Listener;
    let troubles: string[];

    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    beforeEach(async () => {
      troubles = [];
      well = await new Listener().start();
      ill = await new Listener().start();
      service = await startService(
        { targets: [well.target, { target: ill.target, labels: { team: 'web' } }] },
        { vantages: [...threeVantages(), dead], page: loadStatusPage() },
      );
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      await service.close();
      await Promise.all([well.stop(), ill.stop()]);
      if (troubles.length > 0) throw new Error(`the browser complains: ${troubles.join('; ')}`);
    });

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== service.url) troubles.push(`asked ${request.url()}`);
      });
      await page.goto(service.url);
      return page;
    }

    async function breakIll(): Promise<void> {
      await service.tick();
      await ill.stop();
      await service.tick();
      await service.tick();
    }

    test('follows a target from before the first tick into an incident and out of it', async () => {
      const page = await open();
      await says(page, 'Waiting for the first tick.');
      await breakIll();
      await poll(page);
      await says(page, '1 of 2 targets not as expected.');
      expect(await page.title()).toBe('(1) Synwhere');
      const incidents = page.getByRole('region', { name: 'Open incidents' });
      await incidents.getByRole('listitem').filter({ hasText: ill.target }).waitFor();
      expect(await incidents.innerText()).toMatch(/remote refusal.*for \d+ s/s);
      const rows = page.locator('.targets .name');
      expect(await rows.allInnerTexts(), 'what is wrong comes first').toEqual([ill.target, well.target]);
      await ill.start();
      await service.tick();
      await service.tick();
      await poll(page);
      await says(page, 'All 2 targets are as expected.');
      expect(await page.title()).toBe('Synwhere');
      expect(await rows.allInnerTexts()).toEqual([well.target, ill.target]);
    });

    test('says why, on click and by keyboard, and keeps its place when it is renewed', async () => {
      await breakIll();
      const page = await open();
      const row = page.getByRole('button', { name: ill.target });
      await row.focus();
      await page.keyboard.press('Enter');
      await says(page, 'Because');
      expect(await row.getAttribute('aria-expanded')).toBe('true');
      const detail = page.locator(`#${await row.getAttribute('aria-controls')}`);
      const text = await detail.innerText();
      expect(text).toMatch(/3 of 3 vantages are refused/);
      expect(text).toMatch(/Not ruled out/);
      expect(text).toMatch(/Next steps/);
      expect(text).toMatch(/team: web/);
      expect(await detail.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringMatching(/dead.*abstains/s),
        expect.stringMatching(/east.*refused.*the target/s),
        expect.stringMatching(/north.*refused/s),
        expect.stringMatching(/west.*refused/s),
      ]);
      expect(text, 'what a vantage says of itself is text').toContain(HOSTILE);
      await service.tick();
      await poll(page);
      await page.waitForTimeout(500);
      expect(await row.getAttribute('aria-expanded')).toBe('true');
      expect(await row.evaluate(hasFocus), 'focus').toBe(true);
      await page.keyboard.press('Enter');
      expect(await detail.isVisible()).toBe(false);
    });

    test('tells what each vantage saw and how history went, also without colour or sight', async () => {
      await breakIll();
      const page = await open();
      await says(page, '1 of 2 targets not as expected.');
      const row = page.getByRole('button', { name: ill.target });
      for (const label of ['east: refused', `dead: abstains (${HOSTILE})`]) {
        await row.getByRole('img', { name: label }).waitFor({ state: 'visible' });
      }
      await row.getByRole('img', { name: /^not as expected once in the last (60 min|1 h)/ }).waitFor();
      expect(await row.locator('rect').count()).toBe(2);
      await page.getByLabel('History of').selectOption('24 hours');
      await row.getByRole('img', { name: /in the last 24 h/ }).waitFor();
      await page.reload();
      expect(await page.getByLabel('History of').inputValue(), 'it is remembered').toBe('1440');
    });

    test('says that what it shows is old: the schedule stopped, or the service is gone', async () => {
      service.parts.tick.clock = () => new Date(Date.now() - 3600_000);
      await service.tick();
      const page = await open();
      await says(page, /No tick for 1 h: the schedule has stopped\. The data are from/);
      await service.close();
      await poll(page);
      await says(page, /The service did not answer .* The data are from/);
      expect(await page.locator('.targets .name').count(), 'what was known stays').toBe(2);
      // The browser itself reports new connections that are refused, and an open one that the closing service resets.
      troubles = troubles.filter((line) => !/ERR_CONNECTION_(?:REFUSED|RESET)/.test(line));
      service = await startService({ targets: [well.target] });
    });

    test.each([
      ['Metrics', '/metrics', '# TYPE synwhere_verdict gauge'],
      ['API', '/openapi.json', '"openapi":"3.1.0"'],
    ])('its link %s opens as text in the browser', async (name, path, text) => {
      await service.tick();
      const page = await open();
      await page.getByRole('link', { name }).click();
      await page.waitForURL(`${service.url}${path}`);
      expect(await page.innerText('body')).toContain(text);
      // For a page without an icon of its own, the browser asks for /favicon.ico, which is not there.
      troubles = troubles.filter((line) => !line.includes('404 (Not Found)'));
    });

    test('says that nothing is watched, and what to do', async () => {
      service.configuration.targets.length = 0;
      const page = await open(PHONE);
      await says(page, 'Nothing is watched yet');
      expect(await page.getByRole('region', { name: 'Targets' }).isVisible()).toBe(false);
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    });

    test.each([
      ['light', {}],
      ['dark', {}],
      ['light', PHONE],
      ['dark', PHONE],
    ] as const)('fits and can be read: %s %o', async (colorScheme, viewport) => {
      await breakIll();
      const page = await open({ colorScheme, ...viewport });
      await page.getByRole('button', { name: ill.target }).click();
      await says(page, 'Because');
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      expect(await page.evaluate(lowContrasts)).toEqual([]);
      expect(await page.evaluate(lowControls), 'large enough to be hit').toEqual([]);
    });
  },
);

/** What the page does on its own every five seconds. */
async function poll(page: Page): Promise<void> {
  await page.evaluate(pollNow);
}

function says(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor({ state: 'visible', timeout: 30_000 });
}
