import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadStatusPage } from '../../cli/status-page.ts';
import { VantageError, type Vantage } from '../../functions/aggregator/vantages/vantage.ts';
import { Listener, startService, threeVantages, type TestService } from '../aggregator/api/service.ts';
import { requirement } from '../support/requirements.ts';
import { browserProblem, startBrowser } from './browser.ts';
import { hasFocus, lowContrasts, lowControls, overflow, pollNow } from './in-page.js';

const HOSTILE = '<img src=x onerror="document.title=\'owned\'"> & "gone"';
const broken: Vantage = { name: 'broken', probe: () => Promise.reject(new VantageError(HOSTILE)) };
const PHONE = { viewport: { width: 360, height: 740 } };

describe.runIf(requirement('the status page', browserProblem()))(
  'the status page',
  { timeout: 120_000 },
  () => {
    let browser: Browser;
    let service: TestService;
    let healthy: Listener;
    let failing: Listener;
    let troubles: string[];

    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterAll(() => browser.close());

    beforeEach(async () => {
      troubles = [];
      healthy = await new Listener().start();
      failing = await new Listener().start();
      service = await startService(
        { targets: [healthy.target, { target: failing.target, labels: { team: 'web' } }] },
        { vantages: [...threeVantages(), broken], page: loadStatusPage() },
      );
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      await service.close();
      await Promise.all([healthy.stop(), failing.stop()]);
      if (troubles.length > 0) throw new Error(`the browser reports errors: ${troubles.join('; ')}`);
    });

    async function open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(error.message));
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== service.url) troubles.push(`request to ${request.url()}`);
      });
      await page.goto(service.url);
      return page;
    }

    async function stopFailing(): Promise<void> {
      await service.tick();
      await failing.stop();
      await service.tick();
      await service.tick();
    }

    test('shows a target before the first tick, during an incident and after it', async () => {
      const page = await open();
      await shows(page, 'Waiting for the first tick.');
      await stopFailing();
      await poll(page);
      await shows(page, '1 of 2 targets not as expected.');
      expect(await page.title()).toBe('(1) Synwhere');
      const incidents = page.getByRole('region', { name: 'Open incidents' });
      await incidents.getByRole('listitem').filter({ hasText: failing.target }).waitFor();
      expect(await incidents.innerText()).toMatch(/remote refusal.*for \d+ s/s);
      const rows = page.locator('.targets .name');
      expect(await rows.allInnerTexts(), 'failing targets come first').toEqual([
        failing.target,
        healthy.target,
      ]);
      await failing.start();
      await service.tick();
      await service.tick();
      await poll(page);
      await shows(page, 'All 2 targets are as expected.');
      expect(await page.title()).toBe('Synwhere');
      expect(await rows.allInnerTexts()).toEqual([healthy.target, failing.target]);
    });

    test('shows the reasons on click and by keyboard, and keeps its state on an update', async () => {
      await stopFailing();
      const page = await open();
      const row = page.getByRole('button', { name: failing.target });
      await row.focus();
      await page.keyboard.press('Enter');
      await shows(page, 'Because');
      expect(await row.getAttribute('aria-expanded')).toBe('true');
      const detail = page.locator(`#${await row.getAttribute('aria-controls')}`);
      const text = await detail.innerText();
      expect(text).toMatch(/3 of 3 vantages are refused/);
      expect(text).toMatch(/Not ruled out/);
      expect(text).toMatch(/Next steps/);
      expect(text).toMatch(/team: web/);
      expect(await detail.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringMatching(/broken.*abstains/s),
        expect.stringMatching(/east.*refused.*the target/s),
        expect.stringMatching(/north.*refused/s),
        expect.stringMatching(/west.*refused/s),
      ]);
      expect(text, 'the text of a vantage is shown as text').toContain(HOSTILE);
      await service.tick();
      await poll(page);
      await page.waitForTimeout(500);
      expect(await row.getAttribute('aria-expanded')).toBe('true');
      expect(await row.evaluate(hasFocus), 'focus').toBe(true);
      await page.keyboard.press('Enter');
      expect(await detail.isVisible()).toBe(false);
    });

    test('shows what each vantage saw and the history, also without colour and for screen readers', async () => {
      await stopFailing();
      const page = await open();
      await shows(page, '1 of 2 targets not as expected.');
      const row = page.getByRole('button', { name: failing.target });
      for (const label of ['east: refused', `broken: abstains (${HOSTILE})`]) {
        await row.getByRole('img', { name: label }).waitFor({ state: 'visible' });
      }
      await row.getByRole('img', { name: /^not as expected once in the last (60 min|1 h)/ }).waitFor();
      expect(await row.locator('rect').count()).toBe(2);
      await page.getByLabel('History of').selectOption('24 hours');
      await row.getByRole('img', { name: /in the last 24 h/ }).waitFor();
      await page.reload();
      expect(await page.getByLabel('History of').inputValue(), 'it is remembered').toBe('1440');
    });

    test('shows that its data is old: the schedule stopped, or the service does not respond', async () => {
      service.parts.tick.clock = () => new Date(Date.now() - 3600_000);
      await service.tick();
      const page = await open();
      await shows(page, /No tick for 1 h: the schedule has stopped\. The data are from/);
      await service.close();
      await poll(page);
      await shows(page, /The service did not answer .* The data are from/);
      expect(await page.locator('.targets .name').count(), 'the last data remain').toBe(2);
      // The browser reports refused new connections, and an open connection that the closing service resets or closes.
      troubles = troubles.filter(
        (line) => !/ERR_(?:CONNECTION_(?:REFUSED|RESET)|SOCKET_NOT_CONNECTED)/.test(line),
      );
      service = await startService({ targets: [healthy.target] });
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
      // For a page without an icon, the browser requests /favicon.ico, which does not exist.
      troubles = troubles.filter((line) => !line.includes('404 (Not Found)'));
    });

    test('shows that nothing is watched, and what to do', async () => {
      service.configuration.targets.length = 0;
      const page = await open(PHONE);
      await shows(page, 'Nothing is watched yet');
      expect(await page.getByRole('region', { name: 'Targets' }).isVisible()).toBe(false);
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    });

    test.each([
      ['light', {}],
      ['dark', {}],
      ['light', PHONE],
      ['dark', PHONE],
    ] as const)('fits the window and is readable: %s %o', async (colorScheme, viewport) => {
      await stopFailing();
      const page = await open({ colorScheme, ...viewport });
      await page.getByRole('button', { name: failing.target }).click();
      await shows(page, 'Because');
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      expect(await page.evaluate(lowContrasts)).toEqual([]);
      expect(await page.evaluate(lowControls), 'large enough to be hit').toEqual([]);
    });
  },
);

/** What the page does every five seconds. */
async function poll(page: Page): Promise<void> {
  await page.evaluate(pollNow);
}

function shows(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor({ state: 'visible', timeout: 30_000 });
}
