// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Where an expression is evaluated: the columns of HAProxy's table of sample fetches. */
public enum Place {
    CONNECTION("frontend tcp-request connection rule"),
    SESSION("frontend tcp-request session rule"),
    CONTENT("frontend tcp-request content rule"),
    REQUEST("frontend http-request header rule"),
    SWITCHING("frontend use-backend rule"),
    BACKEND_CONTENT("backend tcp-request content rule"),
    BACKEND_REQUEST("backend http-request header rule"),
    BALANCE("backend use-server, balance or stick-match rule"),
    BACKEND_RESPONSE_CONTENT("backend tcp-response content rule"),
    BACKEND_RESPONSE("backend http-response header rule"),
    STORE("backend stick-store rule"),
    RESPONSE_CONTENT("frontend tcp-response content rule"),
    RESPONSE("frontend http-response header rule"),
    LOG("logs");

    private final String wording;

    Place(String wording) {
        this.wording = wording;
    }

    /** What HAProxy calls it. */
    public String wording() {
        return wording;
    }
}
