// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.LogStep;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.sample.Place;

/** The kinds of rules, by the words that open their lines. */
public enum RuleSet {
    CONNECTION("tcp-request connection", Place.CONNECTION, Place.CONNECTION, LogStep.CONNECTION_RULES),
    SESSION("tcp-request session", Place.SESSION, Place.SESSION, LogStep.SESSION_RULES),
    CONTENT("tcp-request content", Place.CONTENT, Place.BACKEND_CONTENT, LogStep.CONTENT_RULES),
    REQUEST("http-request", Place.REQUEST, Place.BACKEND_REQUEST, LogStep.REQUEST_RULES),
    RESPONSE_CONTENT(
            "tcp-response content",
            Place.RESPONSE_CONTENT,
            Place.BACKEND_RESPONSE_CONTENT,
            LogStep.RESPONSE_CONTENT_RULES),
    RESPONSE("http-response", Place.RESPONSE, Place.BACKEND_RESPONSE, LogStep.RESPONSE_RULES),
    AFTER_RESPONSE("http-after-response", Place.RESPONSE, Place.BACKEND_RESPONSE, LogStep.AFTER_RESPONSE_RULES);

    private final String words;
    private final Place inFrontend;
    private final Place inBackend;
    private final LogStep logStep;

    RuleSet(String words, Place inFrontend, Place inBackend, LogStep logStep) {
        this.words = words;
        this.logStep = logStep;
        this.inFrontend = inFrontend;
        this.inBackend = inBackend;
    }

    /** {@code http-request}, {@code tcp-request content}, … */
    public String words() {
        return words;
    }

    /** How log profiles name the lines that its rules write. */
    LogStep logStep() {
        return logStep;
    }

    boolean isHttp() {
        return this == REQUEST || this == RESPONSE || this == AFTER_RESPONSE;
    }

    boolean isResponse() {
        return this == RESPONSE || this == AFTER_RESPONSE || this == RESPONSE_CONTENT;
    }

    /** Where its rules run in that proxy; a {@code listen} counts as HAProxy counts it, by its side that comes first. */
    Place place(ProxyDraft proxy) {
        boolean frontend = isResponse() ? proxy.isFrontend() && !proxy.isBackend() : proxy.isFrontend();
        return frontend ? inFrontend : inBackend;
    }
}
