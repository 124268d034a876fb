// Shows /swagger.yaml: search, all details of every operation, and GET requests to try out.
'use strict';

// --- The part of YAML that the document is written in.

function parseYaml(text) {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  let at = 0;
  const indentOf = (line) => line.length - line.trimStart().length;

  function skipEmpty() {
    while (at < lines.length && lines[at].trim() === '') at += 1;
  }

  function block(indent) {
    skipEmpty();
    return lines[at].trimStart().startsWith('- ') ? list(indent) : map(indent);
  }

  function list(indent) {
    const items = [];
    for (skipEmpty(); at < lines.length && indentOf(lines[at]) === indent &&
         lines[at].trimStart().startsWith('- '); skipEmpty()) {
      const rest = lines[at].slice(indent + 2);
      if (/^[[{]/.test(rest)) {
        at += 1;
        items.push(flow(rest));
      } else if (splitKey(rest)) {
        lines[at] = ' '.repeat(indent + 2) + rest;  // a map that begins behind the hyphen
        items.push(map(indent + 2));
      } else {
        at += 1;
        items.push(flow(rest));
      }
    }
    return items;
  }

  function map(indent) {
    const result = {};
    for (skipEmpty(); at < lines.length && indentOf(lines[at]) === indent; skipEmpty()) {
      const [key, rest] = splitKey(lines[at].slice(indent));
      at += 1;
      if (rest.startsWith('|')) {
        result[key] = literal(indent);
      } else if (rest === '') {
        skipEmpty();
        result[key] = block(indentOf(lines[at]));
      } else {
        result[key] = flow(rest);
      }
    }
    return result;
  }

  function literal(indent) {
    const part = [];
    while (at < lines.length && (lines[at].trim() === '' || indentOf(lines[at]) > indent)) {
      part.push(lines[at].slice(indent + 2));
      at += 1;
    }
    return part.join('\n').trimEnd();
  }

  return block(0);
}

/** "key: rest" or "'key': rest"; null when the text is no such pair. */
function splitKey(text) {
  const found = /^('(?:[^']|'')*'|[^\s'"[{][^:]*(?::(?!\s|$)[^:]*)*):(?:\s+(.*))?$/.exec(text);
  return found && [String(quoted(found[1])), found[2] || ''];
}

function quoted(text) {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

/** A value on one line. */
function flow(text) {
  let at = 0;

  function blanks() {
    while (text[at] === ' ') at += 1;
  }

  function value() {
    blanks();
    if (text[at] === '{') return collection('}', {});
    if (text[at] === '[') return collection(']', []);
    if (text[at] === "'") return single();
    let end = at;
    while (end < text.length && (depth === 0 || !/[,\]}]/.test(text[end])) &&
           !(text[end] === ':' && text[end + 1] === ' ')) end += 1;
    const word = text.slice(at, end).trim();
    at = end;
    return plain(word);
  }

  function single() {
    const found = /^'(?:[^']|'')*'/.exec(text.slice(at))[0];
    at += found.length;
    return quoted(found);
  }

  let depth = 0;
  function collection(close, result) {
    at += 1;
    depth += 1;
    for (blanks(); text[at] !== close; blanks()) {
      const first = value();
      blanks();
      if (Array.isArray(result)) {
        result.push(first);
      } else {
        at += 1;  // the colon
        result[String(first)] = value();
        blanks();
      }
      if (text[at] === ',') at += 1;
    }
    at += 1;
    depth -= 1;
    return result;
  }

  return value();
}

function plain(word) {
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word;
}

// --- The page. Texts are only ever set as texts.

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** What a reference points to, whichever part of the document it is in. */
function resolved(api, node) {
  if (!node || !node.$ref) return node;
  return node.$ref.slice(2).split('/').reduce((found, key) => found[key], api);
}

function schemaText(node) {
  if (!node) return '';
  if (node.$ref) return node.$ref.split('/').pop();
  if (node.anyOf) return node.anyOf.map(schemaText).join(' or ');
  if (node.type === 'array') return 'list of ' + schemaText(node.items);
  const kind = node.format ? `${node.type} (${node.format})` : node.type || 'anything';
  const values = node.enum ? ': ' + node.enum.join(', ') : '';
  return kind + values + (node.nullable ? ' or null' : '');
}

function table(heads, rows) {
  const made = element('table', '');
  made.append(element('tr', '', ...heads.map((head) => element('th', '', head))));
  for (const row of rows) {
    made.append(element('tr', '', ...row.map((cell) => element('td', '', cell))));
  }
  return made;
}

function link(node) {
  const text = schemaText(node);
  const name = node && (node.$ref || (node.items && node.items.$ref));
  if (!name) return text;
  const made = element('a', '', text);
  made.href = '#schema-' + name.split('/').pop();
  return made;
}

function contentOf(response) {
  const [entry] = Object.entries(response.content || {});
  return entry ? link(entry[1].schema) : '';
}

function details(api, operation, parameters) {
  const parts = [];
  if (operation.description) parts.push(element('p', '', operation.description));
  if (operation.security && operation.security.length === 0) {
    parts.push(element('p', '', 'Needs no account.'));
  }
  if (parameters.length > 0) {
    parts.push(table(['Parameter', 'In', 'Type', 'Meaning'], parameters.map(
        (one) => [one.name, one.in, schemaText(one.schema), one.description || ''])));
  }
  if (operation.requestBody) {
    const content = operation.requestBody.content;
    const first = Object.values(content)[0];
    parts.push(element('p', '', 'Body: ', link(first.schema), ' as ', Object.keys(content).join(', ')));
  }
  parts.push(table(['Status', 'Meaning', 'Body'], Object.entries(operation.responses).map(
      ([status, response]) => {
        const one = resolved(api, response);
        return [status, one.description, contentOf(one)];
      })));
  return parts;
}

/** The path with what was typed into the fields. */
function urlOf(path, fields) {
  const query = new URLSearchParams();
  let url = path;
  for (const [parameter, input] of fields) {
    if (parameter.in === 'path') {
      url = url.replace(`{${parameter.name}}`, input.value.split('/').map(encodeURIComponent).join('/'));
    } else if (input.value !== '') {
      query.set(parameter.name, input.value);
    }
  }
  const text = query.toString();
  return text ? `${url}?${text}` : url;
}

async function send(url, output) {
  const token = document.getElementById('token').value.trim();
  output.textContent = url;
  try {
    const answer = await fetch(url, {headers: token ? {Authorization: `Token ${token}`} : {}});
    const type = answer.headers.get('Content-Type') || '';
    let body = `${(await answer.clone().arrayBuffer()).byteLength} bytes of ${type}`;
    if (type.startsWith('application/json')) body = JSON.stringify(await answer.json(), null, 2);
    output.textContent = `GET ${url}\n${answer.status}\n\n${body}`;
  } catch (error) {
    output.textContent = `GET ${url}\n${error}`;
  }
}

function tryOut(path, parameters) {
  const fields = parameters.filter((one) => one.in !== 'header').map((parameter) => {
    const input = element('input', '');
    input.name = parameter.name;
    input.required = parameter.in === 'path';
    return [parameter, input];
  });
  const output = element('pre', 'answer');
  const form = element('form', 'try', ...fields.map(
      ([parameter, input]) => element('label', '', parameter.name, input)),
      element('button', '', 'Try it'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(urlOf(path, fields), output);
  });
  return [form, output];
}

function operationElement(api, path, method, operation) {
  const parameters = (operation.parameters || []).map((one) => resolved(api, one));
  const made = element('details', 'operation', element(
      'summary', '', element('span', `method ${method.toUpperCase()}`, method.toUpperCase()),
      element('span', 'path', path), ` ${operation.summary}${operation.deprecated ? ' (deprecated)' : ''}`));
  made.id = operation.operationId;
  made.addEventListener('toggle', () => {
    if (made.childElementCount > 1) return;
    const inside = element('div', '', ...details(api, operation, parameters));
    if (method === 'get') inside.append(...tryOut(path, parameters));
    made.append(inside);
  }, {once: true});
  const words = [path, method, operation.tags, operation.summary, operation.description,
                 parameters.map((one) => one.name), Object.entries(operation.responses).map(
                     ([status, one]) => `${status} ${resolved(api, one).description}`)];
  made.dataset.words = words.flat(3).join(' ').toLowerCase();
  return made;
}

function schemaElement(name, schema) {
  const rows = Object.entries(schema.properties || {}).map(([key, one]) => [
    key, link(one), (schema.required || []).includes(key) ? 'always' : '', one.description || '']);
  const made = element('details', 'operation', element('summary', '', name));
  made.id = `schema-${name}`;
  const inside = element('div', '', schema.description || '', table(['Field', 'Type', 'Present', ''], rows));
  if (schema.example) inside.append(element('pre', '', JSON.stringify(schema.example, null, 2)));
  made.append(inside);
  return made;
}

function search(operations) {
  const words = document.getElementById('search').value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const one of operations) {
    one.hidden = !words.every((word) => one.dataset.words.includes(word));
    if (!one.hidden) shown += 1;
  }
  document.getElementById('count').textContent = `${shown} of ${operations.length} operations`;
}

function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.tagName === 'DETAILS') target.open = true;
}

function show(api) {
  for (const text of api.info.description.split('\n\n')) {
    document.getElementById('intro').append(element('p', '', text));
  }
  const operations = [];
  const place = document.getElementById('operations');
  for (const tag of api.tags) {
    place.append(element('h2', '', tag.name));
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags[0] !== tag.name) continue;
        operations.push(operationElement(api, path, method, operation));
        place.append(operations[operations.length - 1]);
      }
    }
  }
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    document.getElementById('schemas').append(schemaElement(name, schema));
  }
  document.getElementById('search').addEventListener('input', () => search(operations));
  window.addEventListener('hashchange', openTarget);
  search(operations);
  openTarget();
}

async function start() {
  const answer = await fetch('/swagger.yaml');
  show(parseYaml(await answer.text()));
}

if (document.getElementById('operations')) start();
