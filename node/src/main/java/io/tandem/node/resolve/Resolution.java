// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for one name, again and again, for all who want to know it: asks all name servers at once; the first valid
 * response counts, of errors the last one. Behind an error it asks for the other family, then waits out {@code timeout retry}
 * and begins anew, {@code resolve_retries} times (HAProxy manual 5.3.2).
 *
 * <p>Pure: time arrives as {@code nowMs}, effects leave through the {@link Outlet}. Not thread-safe: of its section's loop.
 */
final class Resolution {
    /** Where its questions go, and who wakes it. */
    interface Outlet {
        /**
         * Asks all name servers.
         *
         * @return how many could be asked
         */
        int ask(Resolution resolution);

        /** {@link Resolution#onTime} is to be called then, and no earlier one any more. */
        void wake(Resolution resolution, long inMs);

        /** Its last id is over: what comes for it is outdated. */
        void settled(Resolution resolution);

        /** A search has found nothing. */
        default void searchedInVain() {}
    }

    private static final class Known {
        Answer answer;
        final long order;
        long seenMs;
        int round;

        Known(Answer answer) {
            this.answer = answer;
            this.order = answer.order();
        }
    }

    private final DomainName name;
    private final RecordType preferred;
    private final ResolversSettings settings;
    private final Outlet outlet;
    private final List<Requester> requesters = new ArrayList<>();
    private final List<Known> known = new ArrayList<>();
    private RecordType asking;
    private boolean running;
    private boolean otherFamily;
    private int triesLeft;
    private int unanswered;
    /** Who has responded to the question under way. */
    private final Set<Nameserver> responded = new HashSet<>();

    private Status status = Status.NONE;
    private boolean everValid;
    private long validMs;
    /** Counts valid responses: tells what the last one has said. */
    private int round;

    /** @param preferred what is asked for first */
    Resolution(DomainName name, RecordType preferred, ResolversSettings settings, Outlet outlet) {
        this.name = name;
        this.preferred = preferred;
        this.settings = settings;
        this.outlet = outlet;
        asking = preferred;
    }

    DomainName name() {
        return name;
    }

    RecordType preferred() {
        return preferred;
    }

    /** What the question under way is for. */
    RecordType asking() {
        return asking;
    }

    /** Whether responses are waited for. */
    boolean isRunning() {
        return running;
    }

    /** Those who want to know it, in the order in which they came. */
    List<Requester> requesters() {
        return requesters;
    }

    void add(Requester requester) {
        requesters.add(requester);
    }

    void remove(Requester requester) {
        requesters.remove(requester);
    }

    /** What is known, in the order in which servers take it. */
    List<Answer> answers() {
        List<Answer> answers = new ArrayList<>(known.size());
        known.forEach(k -> answers.add(k.answer));
        return answers;
    }

    /** Whether the last search had an answer. */
    boolean isValid() {
        return status == Status.VALID;
    }

    /** When it was answered last, milliseconds of {@link Resolvers#nowMs}. */
    long validMs() {
        return validMs;
    }

    /** Whether rules may have what is known already. */
    boolean isFresh(long nowMs) {
        return isValid() && nowMs - validMs < settings.holds().valid();
    }

    /** Whether the last answer is so young that a failure is passed over. */
    boolean isHeld(Status failure, long nowMs) {
        return everValid && nowMs - validMs < settings.holds().of(failure);
    }

    /** Whether a name server is to respond to the question under way. */
    boolean isWaitingFor(Nameserver server) {
        return running && !responded.contains(server);
    }

    /** Begins a search, unless one is under way. */
    void begin(long nowMs) {
        if (!running) {
            running = true;
            triesLeft = settings.retries();
            askPreferred();
        }
    }

    private void askPreferred() {
        otherFamily = false;
        ask(preferred);
    }

    private void ask(RecordType type) {
        asking = type;
        responded.clear();
        outlet.wake(this, settings.retryMs());
        unanswered = outlet.ask(this);
        if (unanswered == 0 && settings.nameservers().isEmpty()) {
            fail(Status.OTHER);
        }
    }

    /** It is time to go on: for the next search, or because nobody has answered. */
    void onTime(long nowMs) {
        if (!running) {
            begin(nowMs);
        } else if (--triesLeft <= 0) {
            fail(Status.TIMEOUT);
        } else {
            askPreferred();
        }
    }

    /** A name server has responded to the question under way. */
    void onResponse(Nameserver from, Response response, long nowMs) {
        if (!running || !responded.add(from)) {
            return; // nobody has two voices
        }
        if (response.kind() == Response.Kind.VALID) {
            settle(Status.VALID);
            everValid = true;
            validMs = nowMs;
            List<Answer> gone = learn(response.answers(), nowMs);
            Nameserver by = from;
            for (Requester requester : List.copyOf(requesters)) {
                requester.onAnswer(this, by, gone);
                by = null;
            }
            return;
        }
        if (--unanswered > 0) {
            return; // another one may know it
        }
        if (preferred != RecordType.SRV && !otherFamily) {
            otherFamily = true;
            ask(preferred.other());
        } else if (triesLeft <= 1) {
            fail(response.kind().status());
        } // or else the time to wait is waited out
    }

    private void settle(Status status) {
        this.status = status;
        running = false;
        outlet.settled(this);
        outlet.wake(this, settings.resolveMs());
    }

    private void fail(Status status) {
        settle(status);
        outlet.searchedInVain();
        for (Requester requester : List.copyOf(requesters)) {
            requester.onFailure(this, status);
        }
    }

    /** Takes note of what was answered; answers what is no longer there. */
    private List<Answer> learn(List<Answer> answers, long nowMs) {
        round++;
        for (Answer answer : answers) {
            Known same = find(answer);
            if (same == null) {
                same = new Known(answer);
                known.add(same);
            }
            same.answer = answer;
            same.seenMs = nowMs;
            same.round = round;
        }
        List<Answer> gone = new ArrayList<>();
        known.removeIf(k -> {
            boolean obsolete =
                    k.round != round && nowMs - k.seenMs >= settings.holds().obsolete();
            if (obsolete) {
                gone.add(k.answer);
            }
            return obsolete;
        });
        known.sort(Comparator.comparingLong(k -> k.order));
        return gone;
    }

    private @Nullable Known find(Answer answer) {
        long order = answer.order();
        for (Known candidate : known) {
            if (candidate.order == order && candidate.answer.isSame(answer)) {
                return candidate;
            }
        }
        return null;
    }
}
