// Its own node_modules are not those of the checkout, so it is found from here.
module.exports = require('typescript');
