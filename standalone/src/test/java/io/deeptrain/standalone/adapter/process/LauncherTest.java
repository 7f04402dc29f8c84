package io.deeptrain.standalone.adapter.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.localservers.adapter.process.FreePort;
import io.deeptrain.localservers.adapter.process.Waiting;
import io.deeptrain.standalone.Home;
import io.deeptrain.standalone.Part;
import io.deeptrain.standalone.adapter.process.RunningLauncher.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    private static final Duration CLEAN_STOP_MAX = Duration.ofSeconds(20);
    private static final Duration GONE_MAX = Duration.ofSeconds(20);

    /** Unpacked once for all tests. */
    @TempDir
    static Path postgresBinaries;

    @TempDir
    Path folder;

    private final int port = FreePort.find();

    @BeforeEach
    void buildTheStandIns() throws IOException {
        StandInProject.create(folder.resolve("project"));
        Files.createDirectories(home().cache());
        Files.createSymbolicLink(home().postgresBinaries(), postgresBinaries);
    }

    /** The binaries outlive the home. */
    @AfterEach
    void unlink() throws IOException {
        Files.delete(home().postgresBinaries());
    }

    @Test
    void whatever_dies_is_started_again_and_everything_stops_on_request() throws Exception {
        Map<Part, Running> last;
        try (RunningLauncher launcher = up().awaitReady()) {
            for (Part part : Part.values()) {
                launcher.kill(part);
                assertThat(launcher.output()).contains(part.partName() + " died and was started again");
            }
            last = launcher.parts();
            assertThat(last).containsOnlyKeys(Part.values());

            assertThat(launcher.stop()).isLessThan(CLEAN_STOP_MAX);
        }
        assertThat(last.values()).noneMatch(Running::isAlive);
        assertThat(home().processes()).doesNotExist();
        assertThat(home().ready()).doesNotExist();
    }

    @Test
    void after_a_kill_of_the_launcher_the_next_start_goes_on_with_the_data_and_leaves_nobody_behind() throws Exception {
        Map<Part, Running> orphans;
        String key;
        try (RunningLauncher killed = up().awaitReady()) {
            execute(killed, "create table public.kept as select 42 as answer");
            orphans = killed.parts();
            key = Files.readString(home().key());
            killed.killLauncher();

            try (RunningLauncher next = up().awaitReady()) {
                Waiting.until(() -> orphans.values().stream().noneMatch(Running::isAlive), GONE_MAX);
                assertThat(orphans.values()).noneMatch(Running::isAlive);
                assertThat(answer(next, "select answer from public.kept")).isEqualTo(42);
                assertThat(Files.readString(home().key())).isEqualTo(key);
            }
        }
    }

    @Test
    void after_a_kill_of_the_launcher_down_stops_what_it_left_behind() throws Exception {
        try (RunningLauncher killed = up().awaitReady()) {
            Map<Part, Running> orphans = killed.parts();
            long database = killed.postmaster();
            killed.killLauncher();

            assertThat(RunningLauncher.down(home()))
                    .isEqualTo("Stopped what a killed launcher had left.%n".formatted());

            assertThat(orphans.values()).noneMatch(Running::isAlive);
            assertThat(ProcessHandle.of(database).filter(ProcessHandle::isAlive))
                    .isEmpty();
            assertThat(RunningLauncher.down(home())).isEqualTo("DeepTrain does not run.%n".formatted());
        }
    }

    @Test
    void a_second_launcher_in_the_same_home_is_refused_and_so_is_a_taken_port() throws Exception {
        try (RunningLauncher _ = up().awaitReady();
                RunningLauncher second = up()) {
            assertThat(second.awaitRefusal()).contains("DeepTrain already runs in " + home().folder());
        }
        try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                RunningLauncher blocked = up()) {
            assertThat(blocked.awaitRefusal())
                    .isEqualTo(
                            "deeptrain: Port %d is in use; choose another one with DEEPTRAIN_PORT=9090, for example.%n"
                                    .formatted(port));
        }
    }

    @Test
    void secrets_are_for_their_owner_alone() throws Exception {
        try (RunningLauncher _ = up().awaitReady()) {
            for (Path secret : new Path[] {home().secrets(), home().key()}) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                        .isEqualTo("rw-------");
            }
        }
    }

    private Home home() {
        return new Home(folder.resolve("home"));
    }

    private RunningLauncher up() throws IOException {
        return RunningLauncher.start(home(), folder.resolve("project"), port);
    }

    private static void execute(RunningLauncher launcher, String sql) throws SQLException {
        try (Connection connection = connect(launcher);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int answer(RunningLauncher launcher, String sql) throws SQLException {
        try (Connection connection = connect(launcher);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            assertThat(found.next()).isTrue();
            return found.getInt(1);
        }
    }

    private static Connection connect(RunningLauncher launcher) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/deeptrain"
                        .formatted(launcher.part(Part.POSTGRES).port()),
                "postgres",
                "postgres");
    }
}
