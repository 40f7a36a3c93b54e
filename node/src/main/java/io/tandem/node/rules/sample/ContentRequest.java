// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.frontend.http.h1.RequestScanner;
import io.tandem.node.rules.Facts;

/**
 * A fetch of a request's head in a proxy in TCP mode: HTTP is read from the bytes that content rules look at, as HAProxy
 * does it. Where they are no request there is no sample; where the head is not whole yet the rule waits.
 */
record ContentRequest(Fetch inner) implements Fetch {
    /** HAProxy's {@code tune.http.maxhdr} by default. */
    private static final int MOST_FIELDS = 101;

    /** The scanner wants so many bytes behind the head to be free. */
    private static final int BOOKKEEPING = 1024;

    @Override
    public boolean fetch(Facts facts, Sample out) {
        return isThere(facts) && inner.fetch(facts, out);
    }

    @Override
    public boolean first(Facts facts, Sample out) {
        return isThere(facts) && inner.first(facts, out);
    }

    @Override
    public boolean next(Facts facts, Sample out) {
        return inner.next(facts, out);
    }

    private static boolean isThere(Facts facts) {
        if (facts.isHttp()) {
            return true;
        }
        if (facts.request.methodEnd() > facts.request.methodStart() && facts.requestContent == facts.content) {
            return true;
        }
        facts.ownRequest();
        facts.request.clear();
        int length = facts.contentEnd - facts.contentStart;
        byte[] head = new byte[2 * length + BOOKKEEPING];
        System.arraycopy(facts.content, facts.contentStart, head, 0, length);
        RequestScanner scanner = new RequestScanner(facts.request, MOST_FIELDS);
        scanner.begin(head);
        switch (scanner.scan(length)) {
            case COMPLETE -> {
                facts.requestContent = facts.content;
                return true;
            }
            case INCOMPLETE -> facts.incomplete |= !facts.contentFinal;
            case MALFORMED -> {}
        }
        facts.request.clear();
        return false;
    }
}
