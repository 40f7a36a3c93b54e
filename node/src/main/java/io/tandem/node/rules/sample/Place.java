// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Where an expression is evaluated: the columns of HAProxy's table of sample fetches, in its order. */
public enum Place {
    CONNECTION("frontend tcp-request connection rule"),
    SESSION("frontend tcp-request session rule"),
    CONTENT("frontend tcp-request content rule"),
    REQUEST("frontend http-request header rule"),
    REQUEST_BODY("frontend http-request body rule"),
    SWITCHING("frontend use-backend rule"),
    BACKEND_CONTENT("backend tcp-request content rule"),
    BACKEND_REQUEST("backend http-request header rule"),
    BACKEND_REQUEST_BODY("backend http-request body rule"),
    BALANCE("backend use-server, balance or stick-match rule"),
    /** {@code sni}, and what else is computed for one connection to a server. */
    SERVER("server source selection"),
    BACKEND_RESPONSE_CONTENT("backend tcp-response content rule"),
    BACKEND_RESPONSE("backend http-response header rule"),
    BACKEND_RESPONSE_BODY("backend http-response body rule"),
    STORE("backend stick-store rule"),
    RESPONSE_CONTENT("frontend tcp-response content rule"),
    RESPONSE("frontend http-response header rule"),
    RESPONSE_BODY("frontend http-response body rule"),
    LOG("logs"),
    CHECK("backend tcp-check rule"),
    /** {@code set-var} of the global section: there is no exchange at all. */
    CONFIGURATION("configuration parser"),
    COMMANDS("CLI parser");

    private final String wording;

    Place(String wording) {
        this.wording = wording;
    }

    /** What HAProxy calls it. */
    public String wording() {
        return wording;
    }
}
