// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Counts what goes wrong in a row between clients and a server ({@code observe}). Any loop. */
public final class Observer {
    /** What can go wrong. */
    public enum Fault {
        CONNECTION("L4 unsuccessful connection"),
        STATUS("Wrong http response"),
        HEAD("Invalid http response (headers)"),
        CLOSE("Close from server (http)"),
        TIMEOUT("Read timeout (http)");

        private final String text;

        Fault(String text) {
            this.text = text;
        }
    }

    private final Observing observing;
    private final Consumer<String> tooMany;
    private final AtomicInteger errors = new AtomicInteger();

    /** @param tooMany hears of the limit reached, in HAProxy's words; any thread */
    public Observer(Observing observing, Consumer<String> tooMany) {
        this.observing = observing;
        this.tooMany = tooMany;
    }

    /** A connection was established. */
    public void connected() {
        if (!observing.responses()) {
            fine();
        }
    }

    /** A response came with this status: 100 to 499, 501 and 505 are good ones. */
    public void answered(int status) {
        if (!observing.responses()) {
            return;
        }
        if (status < 500 || status == 501 || status == 505) {
            fine();
        } else {
            failed(Fault.STATUS);
        }
    }

    private void fine() {
        if (errors.get() != 0) {
            errors.set(0);
        }
    }

    public void failed(Fault error) {
        if (error != Fault.CONNECTION && !observing.responses()) {
            return;
        }
        if (errors.incrementAndGet() == observing.errorLimit()) {
            errors.set(0);
            tooMany.accept("Detected " + observing.errorLimit() + " consecutive errors, last one was: " + error.text);
        }
    }
}
