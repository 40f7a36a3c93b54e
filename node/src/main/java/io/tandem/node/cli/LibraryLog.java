// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.config.text.Severity;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Warnings of the libraries (Netty, JGroups) as lines of the console; what they say below that is for their authors. */
final class LibraryLog extends Handler {
    private static final SimpleFormatter TEXT = new SimpleFormatter();

    private final Console console;

    private LibraryLog(Console console) {
        this.console = console;
        setLevel(Level.WARNING);
    }

    static void install(Console console) {
        LogManager.getLogManager().reset(); // without the JDK's own handler
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        root.addHandler(new LibraryLog(console));
    }

    @Override
    public void publish(LogRecord event) {
        if (isLoggable(event)) {
            Throwable cause = event.getThrown();
            String text = TEXT.formatMessage(event) + (cause == null ? "" : ": " + cause);
            boolean severe = event.getLevel().intValue() >= Level.SEVERE.intValue();
            console.say(severe ? Severity.ALERT : Severity.WARNING, text.replace('\n', ' '));
        }
    }

    @Override
    public void flush() {
        // the console writes at once
    }

    @Override
    public void close() {
        // the console stays
    }
}
