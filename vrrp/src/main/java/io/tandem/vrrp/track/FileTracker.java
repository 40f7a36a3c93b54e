// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.vrrp.router.EventLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One tracked file: looked at every {@value #PERIOD_MS} ms, whether it is written in place or replaced. What is no number,
 * or not there, counts 0. Told of on the tracker's thread, first value and every change.
 */
final class FileTracker {
    interface Listener {
        void onValue(TrackFile file, int value);
    }

    private static final int PERIOD_MS = 20;
    private static final int MOST_BYTES = 64;

    private final TrackFile file;
    private final EventLog log;
    private final Listener listener;
    private @Nullable ScheduledFuture<?> looks;
    private @Nullable Integer value;
    private boolean complained;

    FileTracker(TrackFile file, EventLog log, Listener listener) {
        this.file = file;
        this.log = log;
        this.listener = listener;
    }

    /** Whether another configuration asks for the very same file; weights are the router's. */
    boolean serves(TrackFile other) {
        return file.file().equals(other.file());
    }

    void start(ScheduledExecutorService executor) {
        initialize();
        look();
        looks = executor.scheduleAtFixedRate(this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    void stop() {
        if (looks != null) {
            looks.cancel(false);
        }
    }

    private void initialize() {
        Path path = file.file();
        if (file.initial() != null && (file.overwrite() || Files.notExists(path))) {
            try {
                Files.writeString(path, file.initial() + "\n");
            } catch (IOException e) {
                complain("cannot write " + path + ": " + e.getMessage());
            }
        }
    }

    private void look() {
        int now = read();
        if (value == null || value != now) {
            value = now;
            log.info("vrrp track-file name=" + file.name() + " value=" + now);
            listener.onValue(file, now);
        }
    }

    private int read() {
        try (InputStream in = Files.newInputStream(file.file())) {
            String text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1).strip();
            int number = text.isEmpty() ? 0 : Integer.parseInt(text.split("\\s", 2)[0]);
            complained = false;
            return number;
        } catch (NumberFormatException e) {
            complain("no number in " + file.file());
        } catch (NoSuchFileException e) {
            complain(file.file() + " does not exist");
        } catch (IOException e) {
            complain("cannot read " + file.file() + ": " + e.getMessage());
        }
        return 0;
    }

    /** Once, until it is well again. */
    private void complain(String what) {
        if (!complained) {
            complained = true;
            log.warning("vrrp track-file name=" + file.name() + ": " + what + "; it counts 0");
        }
    }
}
