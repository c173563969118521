"use strict";
// Its own file, because the pages' policy runs no inline script.
window.ui = window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: false,
  validatorUrl: null,
});
