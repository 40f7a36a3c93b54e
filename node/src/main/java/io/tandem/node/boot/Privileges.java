// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.loop.Loop;
import io.tandem.node.socket.Accounts;
import io.tandem.vrrp.netlink.NativeBuffer;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.Security;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code user}, {@code group} and {@code chroot}: what the process gives up once everything is open.
 *
 * <p>A process that may reload must read keys and bind low ports again. HAProxy's master stays root for that, in a process of
 * its own; here the saved user stays root, and the thread that loads, and no other, takes it up for the time of a load
 * ({@link #elevated}); that thread also keeps the old root directory. What reads the files for it is begun meanwhile and has
 * both from it, until it ends. A process that cannot reload keeps nothing.
 */
final class Privileges {
    /** setresuid of the calling thread only; the C library's function changes all threads. */
    private static final int SYS_SETRESUID = System.getProperty("os.arch").equals("aarch64") ? 147 : 117;

    private static final int SYS_SETRESGID = System.getProperty("os.arch").equals("aarch64") ? 149 : 119;
    private static final int CLONE_FS = 0x200;
    private static final int KEEP = -1;

    private boolean mayRise;
    private int uid = -1;
    private int gid = -1;

    /** What root's rights are taken up for; it answers null or a complaint. */
    interface Work {
        @Nullable String run();
    }

    /**
     * Gives up what the settings say. Called by the thread that loads, when all listeners are bound and all other threads
     * that matter run.
     *
     * @param loops the event loops, one of which changes the root directory of all threads but the caller's
     * @param mayReload whether the calling thread must be able to take root's rights up again
     * @throws IOException worded as HAProxy's alert
     */
    void drop(ProcessSettings settings, List<Loop> loops, boolean mayReload) throws IOException {
        if (settings.chroot != null) {
            changeRoot(settings.chroot, loops.get(0), mayReload);
        }
        boolean root = C.geteuid() == 0;
        mayRise = mayReload && root && settings.uid > 0;
        int saved = mayRise ? 0 : KEEP;
        if (settings.gid >= 0) {
            if (root) {
                setGroups(settings);
            }
            gid = settings.gid;
            check("Cannot set gid " + gid, C.setresgid(gid, gid, mayRise ? 0 : gid));
        }
        if (settings.uid >= 0) {
            uid = settings.uid;
            check("Cannot set uid " + uid, C.setresuid(uid, uid, saved == 0 ? 0 : uid));
        }
    }

    private static void setGroups(ProcessSettings settings) throws IOException {
        List<Integer> groups = new ArrayList<>(List.of(settings.gid));
        if (settings.user != null) {
            groups.addAll(Accounts.groupsOf(settings.user));
        }
        NativeBuffer numbers = new NativeBuffer(4 * groups.size());
        for (int i = 0; i < groups.size(); i++) {
            numbers.bytes().putInt(4 * i, groups.get(i));
        }
        check("Cannot set supplementary groups", C.setgroups(groups.size(), numbers.address()));
    }

    private static void changeRoot(String directory, Loop loop, boolean mayReload) throws IOException {
        openWhatIsOpenedLate();
        if (!mayReload) {
            change(directory);
            return;
        }
        check("Cannot unshare the root directory", C.unshare(CLONE_FS));
        try {
            loop.eventLoop()
                    .submit(() -> {
                        change(directory);
                        return null;
                    })
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("Cannot chroot(" + directory + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void change(String directory) throws IOException {
        if (C.chroot(directory) != 0 || C.chdir("/") != 0) {
            throw new IOException("Cannot chroot(" + directory + ").");
        }
    }

    /**
     * What is loaded when first used must not need a file name any more: classes, time zones, providers, logging, and
     * resources, whose jars the cache behind {@code jar:} addresses keeps open.
     */
    private static void openWhatIsOpenedLate() throws IOException {
        ClassLoader.getSystemResource("no/such/resource");
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar") && Files.isReadable(Path.of(entry))) {
                URL address = new URL("jar:" + Path.of(entry).toUri().toURL() + "!/");
                ((JarURLConnection) address.openConnection()).getJarFile();
            }
        }
        Logger.getLogger(Privileges.class.getName()).log(Level.FINEST, "time zone {0}", ZoneId.systemDefault());
        TimeZone.getDefault();
        new SecureRandom().nextInt();
        Security.getProviders();
    }

    /** Does something with root's rights if they were kept. Called by the thread that loads only. */
    @Nullable String elevated(Work work) {
        if (!mayRise) {
            return work.run();
        }
        C.syscall(SYS_SETRESUID, KEEP, 0, KEEP, 0);
        C.syscall(SYS_SETRESGID, KEEP, 0, KEEP, 0);
        try {
            return work.run();
        } finally {
            long refused = C.syscall(SYS_SETRESGID, KEEP, gid, KEEP, 0) | C.syscall(SYS_SETRESUID, KEEP, uid, KEEP, 0);
            if (refused != 0) {
                Runtime.getRuntime().halt(1); // rather none than one with root's rights: the guardian starts another
            }
        }
    }

    private static void check(String complaint, int result) throws IOException {
        if (result != 0) {
            throw new IOException(complaint + ".");
        }
    }
}
