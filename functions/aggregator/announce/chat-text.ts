/**
 * Text for a chat, without mentions, links and formatting, which a person can still read. The same
 * webhook may belong to Slack, Mattermost, Rocket.Chat, Zulip or Discord. They have no common way to switch markup off, and a backslash
 * shows in Slack. So each sign that has a meaning in one of them is changed visibly:
 *
 * - mentions (`@everyone`, `@here`, `<@U123>`, `<!channel>`, mail addresses): a space follows the sign;
 * - addresses of pages (`https://…`, `www.…`) and links (`[text](…)`): a space breaks them;
 * - names of emoji (`:white_check_mark:`): a space breaks them. A group of an IPv6 address stays;
 * - signs of emphasis, code, headings and channels: their full-width form. An underscore inside a word stays.
 *
 * `&`, `<` and `>` are escaped as Slack asks (https://docs.slack.dev/messaging/formatting-message-text, "Escaping text").
 *
 * @param text printable lines
 */
export function chatText(text: string): string {
  return text
    .replaceAll(/([@＠])(?=\S)/g, '$1 ')
    .replaceAll(/<(?=[!#:])/g, '< ')
    .replaceAll(/:(?=\/\/)/g, ': ')
    .replaceAll(/:(?=[\w+-]*[g-z_+][\w+-]*:)/gi, ': ')
    .replaceAll(/\bwww\.(?=\S)/gi, (found) => `${found} `)
    .replaceAll(/\](?=[([])/g, '] ')
    .replaceAll(/\|(?=\|)/g, '| ')
    .replaceAll(/[*~`#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, fullWidth)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** U+FF01 to U+FF5E are the full-width forms of `!` to `~`. */
function fullWidth(sign: string): string {
  return String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfe_e0);
}
