// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Server;
import io.tandem.node.frontend.http.AddressField;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.RestrictedNames;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.UniqueId;
import org.jspecify.annotations.Nullable;

/** What options of frontend and backend do to the fields of a request once their rules have seen it. */
final class RequestFields {
    /** The request goes on. */
    static final int FIT = 0;

    private RequestFields() {}

    /** Changes them; the status to refuse the request with, or {@link #FIT}. */
    static int prepare(Facts facts, HttpSettings frontend, HttpSettings backend) {
        Headers headers = facts.request.headers();
        if (!areNamesFit(backend, headers)) {
            return 403;
        }
        boolean added = addIdentity(facts, headers)
                && AddressField.add(frontend.forwardedFor(), backend.forwardedFor(), headers, facts.source)
                && AddressField.add(frontend.originalTo(), backend.originalTo(), headers, facts.destination);
        return added ? FIT : 500;
    }

    /** {@code unique-id-header}. */
    private static boolean addIdentity(Facts facts, Headers headers) {
        byte[] field = facts.frontend.uniqueIdField();
        byte[] id = field == null ? null : UniqueId.of(facts);
        return field == null || id == null || headers.add(field, id, 0, id.length);
    }

    /**
     * Tells the server that is about to get the request its name ({@code http-send-name-header}); once more, and another one, at
     * each attempt.
     *
     * @param field what the backend says the name goes into, or null
     */
    static void nameServer(Facts facts, byte @Nullable [] field, Ledger ledger) {
        Server named = facts.server;
        if (field == null || named == null) {
            return;
        }
        byte[] name = named.nameBytes();
        Headers headers = facts.request.headers();
        headers.removeAll(field);
        if (!headers.add(field, name, 0, name.length)) {
            ledger.count(named, ProxyCounter.HEADER_REWRITE_FAILURES);
        }
    }

    /** {@code option http-restrict-req-hdr-names} of one of them, behind its rules; false if the request is to be refused. */
    static boolean areNamesFit(HttpSettings settings, Headers headers) {
        RestrictedNames policy = settings.restrictedNames();
        return policy == null || policy.applyTo(headers);
    }
}
