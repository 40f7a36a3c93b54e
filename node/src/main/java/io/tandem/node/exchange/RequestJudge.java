// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.content.BodyFilters;
import io.tandem.node.content.cache.CacheUse;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Intercept;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Awaited;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Hints;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a request through its rules (step 4): the frontend's, the choice of the backend, the backend's, what options do to
 * its fields. One per exchange, reused.
 */
final class RequestJudge {
    /** What becomes of the request; one of them is called last. */
    interface Outcome {
        /** The body is wanted first; {@link RequestJudge#onBody} when it is there. */
        void waitForBody();

        /** What a rule waits for is wanted first; {@link RequestJudge#onAwaited} when it is there. */
        void await(Awaited awaited);

        /** It is answered after a while. */
        void hold(Reply reply, int delayMs);

        /** The client gets these first. */
        void hint(List<byte[]> responses);

        /** It is answered here. */
        void answer(Reply reply);

        /** It is answered with the page of {@code status}. */
        void fail(int status, char who, char when);

        /** Its connection ends without an answer; {@code silently}: without a sign. */
        void drop(boolean silently);

        /** It goes to a server. */
        void forward(Backend backend);

        /** It is answered with what a cache has. */
        void deliver(Backend backend);
    }

    private final Loop loop;
    private Facts facts;
    private final Ledger ledger;
    private final Outcome outcome;
    private ConnectionMode connectionMode = ConnectionMode.KEEP_ALIVE;
    private boolean bodyIsThere;
    /** Who wants to see the body before it answers; null for nobody. */
    private @Nullable Intercept awaiting;

    RequestJudge(Loop loop, Facts facts, Ledger ledger, Outcome outcome) {
        this.loop = loop;
        this.facts = facts;
        this.ledger = ledger;
        this.outcome = outcome;
    }

    /** From now on it judges another client's requests. */
    void into(Facts facts) {
        this.facts = facts;
    }

    /** What becomes of the connections behind the response, as far as the proxies of the request say it. */
    ConnectionMode connectionMode() {
        return connectionMode;
    }

    /** The head of the request is whole. */
    void onHead() {
        HttpSettings settings = facts.frontend.http();
        facts.requestHeadNs = loop.nowNs();
        facts.bytesIn = facts.request.countedSize();
        connectionMode = settings.connectionMode();
        bodyIsThere = facts.request.framing() == Framing.NONE;
        awaiting = null;
        ledger.requestBegins();
        if (facts.request.method() == Method.OTHER && facts.request.isPreface()) {
            facts.request.clear(); // HTTP/2 where nobody speaks it
            facts.requestHeadNs = 0;
            outcome.fail(400, Termination.PROXY, Termination.IN_REQUEST);
        } else if (mustWait(settings)) {
            outcome.waitForBody();
        } else if (!bodyIsThere && settings.looksAtBodies()) {
            facts.peeksBody = true;
            outcome.waitForBody();
        } else {
            judgeInFrontend();
        }
    }

    /** {@code option http-buffer-request}: the body is there, or a buffer full of it. */
    void onBody() {
        Intercept asked = awaiting;
        if (asked != null) {
            awaiting = null;
            Reply own = asked.intercept(facts);
            outcome.answer(own == null ? ErrorPages.of(facts, 500) : own);
            return;
        }
        if (facts.peeksBody) {
            facts.peeksBody = false;
        } else if (facts.bodyWaitMs > 0) { // a rule has waited, perhaps for a part
            facts.bodyWaitMs = 0;
            facts.bodyWaited = true;
        } else {
            bodyIsThere = true;
        }
        onAwaited();
    }

    /** What a rule has waited for is there: the rules go on. */
    void onAwaited() {
        facts.requestHeadNs = loop.nowNs();
        Backend backend = facts.backend;
        if (backend != null) {
            judgeInBackend(backend);
        } else {
            judgeInFrontend();
        }
    }

    private boolean mustWait(HttpSettings settings) {
        return !bodyIsThere && settings.has(HttpOption.BUFFER_REQUEST);
    }

    private void judgeInFrontend() {
        Frontend frontend = facts.frontend;
        if (!passes(frontend.requestRules())) {
            return;
        }
        CacheUse caching = facts.caching;
        if (caching != null && caching.hasFound()) {
            Backend itself = frontend.itself();
            facts.backend = itself;
            BodyFilters.onRequest(facts, itself);
            outcome.deliver(itself);
            return;
        }
        if (intercepts(frontend.intercept())) {
            return;
        }
        if (!RequestFields.areNamesFit(frontend.http(), facts.request.headers())) {
            outcome.fail(403, Termination.PROXY, Termination.IN_REQUEST);
            return;
        }
        Backend backend = frontend.backendChoice().choose(facts);
        if (backend == null) {
            facts.requestHeadNs = 0; // as HAProxy logs it
            outcome.fail(503, Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        facts.backend = backend;
        connectionMode = connectionMode.stricter(backend.http().connectionMode());
        ledger.backendBegins();
        if (backend.mode() != Mode.HTTP) { // the connection has switched to HTTP, and nobody behind speaks it
            facts.terminated(Termination.INTERNAL, Termination.IN_REQUEST);
            outcome.drop(false);
            return;
        }
        boolean readsPost = !bodyIsThere && backend.readsPosts() && facts.request.method() == Method.POST;
        if (readsPost || mustWait(backend.http())) {
            outcome.waitForBody();
        } else if (!bodyIsThere
                && backend.http().looksAtBodies()
                && !facts.frontend.http().looksAtBodies()) {
            facts.peeksBody = true;
            outcome.waitForBody();
        } else {
            judgeInBackend(backend);
        }
    }

    private void judgeInBackend(Backend backend) {
        if (!passes(backend.requestRules())) {
            return;
        }
        if (intercepts(backend.intercept())) {
            return;
        }
        BodyFilters.onRequest(facts, backend);
        int refusal = RequestFields.prepare(facts, facts.frontend.http(), backend.http());
        if (refusal == RequestFields.FIT) {
            CacheUse caching = facts.caching;
            if (caching != null && caching.hasFound()) {
                outcome.deliver(backend);
            } else {
                outcome.forward(backend);
            }
            return;
        }
        if (refusal == 500) {
            facts.countInFront(ProxyCounter.HEADER_REWRITE_FAILURES);
        }
        outcome.fail(refusal, Termination.PROXY, Termination.IN_REQUEST);
    }

    /** Whether the proxy answers the request by itself, now or when the body is there. */
    @SuppressWarnings("ReferenceEquality") // it is one object
    private boolean intercepts(Intercept intercept) {
        Reply own = intercept.intercept(facts);
        if (own == Intercept.BODY_FIRST) {
            awaiting = intercept;
            outcome.waitForBody();
        } else if (own != null) {
            outcome.answer(own);
        }
        return own != null;
    }

    /** Whether the rules let the request go on; otherwise it has been dealt with. */
    private boolean passes(Rules rules) {
        if (rules.isEmpty()) {
            return true;
        }
        Verdict verdict = rules.judge(facts);
        Hints hints = facts.hints;
        if (hints != null) {
            facts.hints = null;
            outcome.hint(hints.complete());
        }
        switch (verdict) {
            case CONTINUE, ACCEPT -> {
                return true;
            }
            case REPLY -> {
                Reply reply = facts.reply;
                Reply answer = reply != null ? reply : ErrorPages.of(facts, 500);
                if (facts.tarpit) {
                    hold(answer);
                } else {
                    outcome.answer(answer);
                }
            }
            case CLOSE -> {
                facts.requestHeadNs = 0; // logged as if it had never been whole
                facts.status = -1;
                outcome.drop(facts.silent);
            }
            case WAIT -> {
                Awaited awaited = facts.awaited;
                if (awaited != null) {
                    outcome.await(awaited);
                    return false;
                }
                if (facts.bodyWaitMs == 0) {
                    throw new IllegalStateException("an http-request rule asked to wait for bytes: the head is whole");
                }
                outcome.waitForBody();
            }
        }
        return false;
    }

    /** For {@code timeout tarpit}, or {@code timeout connect} where that is not set. */
    private void hold(Reply reply) {
        Backend backend = facts.backend;
        Timeouts timeouts = backend == null ? facts.frontend.timeouts() : backend.timeouts();
        facts.queuedNs = loop.nowNs();
        facts.requestHeadNs = 0; // as HAProxy logs it: no time to receive, all to wait
        outcome.hold(reply, timeouts.tarpit() > 0 ? timeouts.tarpit() : timeouts.connect());
    }
}
